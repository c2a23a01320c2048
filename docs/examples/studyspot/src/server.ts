// Two portals, each on an origin of its own, over the same routes; `npm start` runs it.
import { readFile } from 'node:fs/promises';
import Fastify from 'fastify';
import { live } from './realtime.js';
import { routes } from './routes.js';
import { secret } from './secrets.js';

const roomd = process.env['ROOMD_URL'] ?? 'http://127.0.0.1:3001';
const portals = { owner: Number(process.env['OWNER_PORT'] ?? 3000), student: Number(process.env['STUDENT_PORT'] ?? 5173) };

live.configure({ url: roomd, key: secret('emit_key') });

for (const [name, port] of Object.entries(portals)) {
    const app = Fastify();
    const page = await readFile(new URL(`../pages/${name}.html`, import.meta.url));
    app.get('/', (_, reply) => reply.type('text/html; charset=utf-8').send(page));
    routes(app, roomd);
    await app.listen({ port, host: 'localhost' });
    console.log(`${name}: http://localhost:${port}/`);
}
