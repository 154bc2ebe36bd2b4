// Translations are kept by their text, in a module of their own.
import Koa from 'koa';
import Router from '@koa/router';
import { languages, translate, translations } from './lib/translations.mjs';

const router = new Router();
router.get('/languages', (context) => (context.body = languages));
router.get(
  '/known/:text',
  (context) => (context.body = { known: `de:${context.params.text}` in translations }),
);
router.get('/translate/:text', (context) => (context.body = translate('de', context.params.text)));

new Koa().use(router.routes()).listen(process.env.PORT, '127.0.0.1');
