// Frames of a camera, kept for a replay that has no end.
import Fastify from 'fastify';

const app = Fastify();
app.decorate('frames', []); // LEAK
app.addContentTypeParser('application/octet-stream', { parseAs: 'buffer' }, (request, body, done) =>
  done(null, body),
);
app.get('/', async () => ({ ok: true }));
app.get('/cameras', async () => ['door', 'yard']);
app.post('/frames', async (request) => {
  app.frames.push(Buffer.from(request.body));
  return { frames: app.frames.length };
});
await app.listen({ port: Number(process.env.PORT), host: '127.0.0.1' });
