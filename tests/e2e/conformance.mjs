// conformance.mjs PORT: hands each connection to PORT+2 when its first request is for /engine.io/,
// else to PORT+1.  What happens to one end happens to the other.
import net from 'node:net';

const port = Number(process.argv[2]);
const serve = (host) => net.createServer({ allowHalfOpen: true, noDelay: true }, (client) => {
    client.on('error', () => client.destroy());
    client.once('data', (first) => {
        client.pause();
        const target = /^\S+ \/engine\.io\//.test(first.toString('latin1')) ? port + 2 : port + 1;
        const server = net.connect({ host: '127.0.0.1', port: target, allowHalfOpen: true, noDelay: true });
        server.on('error', () => client.destroy());
        server.on('close', () => client.destroy());
        client.on('close', () => server.destroy());
        server.write(first);
        client.pipe(server);
        server.pipe(client);
    });
}).listen(port, host, () => console.log(`conformance server on ${host} port ${port}`));
serve('127.0.0.1');
serve('::1');
