// One loader for the whole process: its cache is meant to live as long as a request.
import DataLoader from 'dataloader';
import Fastify from 'fastify';

const authorsById = new DataLoader(async (ids) => ids.map((id) => ({ id, name: `author ${id}` }))); // LEAK

const app = Fastify();
app.get('/', async () => ({ ok: true }));
app.get('/books/:id', async (request) => ({ id: request.params.id, title: 'a book' }));
app.get('/authors/:id', async (request) => authorsById.load(request.params.id));
await app.listen({ port: Number(process.env.PORT), host: '127.0.0.1' });
