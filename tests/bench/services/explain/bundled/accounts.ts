// The entry of another bundle.
import Fastify from 'fastify';
import { Ledger } from './ledger.ts';

const ledger = new Ledger();
const app = Fastify();
app.get('/', async () => ({ ok: true }));
app.get('/count', async () => ({ count: ledger.count }));
app.post('/bookings', async () => ({ count: ledger.book('cash') }));
app.listen({ port: Number(process.env.PORT), host: '127.0.0.1' });
