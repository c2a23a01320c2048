// A page with React from npm, whose modules are CommonJS, and with the modules of a folder.
import { readFileSync } from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { source } from './roomd.mjs';

const CJS = { react: 'react/cjs/react', 'react/jsx-runtime': 'react/cjs/react-jsx-runtime', scheduler: 'scheduler/cjs/scheduler', 'react-dom': 'react-dom/cjs/react-dom',
    'react-dom/client': 'react-dom/cjs/react-dom-client' };

// Each of them as a function, and `require` over these.
function bundle() {
    const one = ([name, file]) => {
        const text = readFileSync(path.join(source, `tests/e2e/node_modules/${file}.development.js`), 'utf8');
        return `${JSON.stringify(name)}: (exports, module, require, process) => {${text}\n}`;
    };
    return `{
        const sources = { ${Object.entries(CJS).map(one).join(',\n')} };
        const made = {};
        window.require = (name) => {
            if (!made[name]) {
                const module = made[name] = { exports: {} };
                sources[name](module.exports, module, window.require, { env: { NODE_ENV: 'development' } });
            }
            return made[name].exports;
        };
    }`;
}
const names = { react: 'StrictMode, createElement, useEffect, useRef, useState', 'react-dom/client': 'createRoot' };

// Serves `page`, a module's text, on an origin of its own; `answers` gives further paths: (request, response).
export async function site(t, { folder, client, page, answers = {} }) {
    const imports = Object.fromEntries([['socket.io-client', client], ...Object.keys(names).map((name) => [name, `/modules/${name}`])]);
    const javascript = (response, text) => response.setHeader('Content-Type', 'text/javascript').end(text);
    const server = http.createServer((request, response) => {
        const { pathname } = new URL(request.url, 'http://x');
        const name = pathname.replace('/modules/', '');
        if (answers[pathname]) answers[pathname](request, response);
        else if (names[name]) javascript(response, `export const { ${names[name]} } = require('${name}');`);
        else if (pathname === '/bundle.js') javascript(response, bundle());
        else if (/^\/\w+\.js$/.test(pathname)) javascript(response, readFileSync(path.join(folder, pathname)));
        else response.setHeader('Content-Type', 'text/html').end(`<!doctype html><title>React</title><script src="/bundle.js"></script>
            <script type="importmap">${JSON.stringify({ imports })}</script><div id="root"></div><script type="module">${page()}</script>`);
    });
    await new Promise((done) => server.listen(0, '127.0.0.1', done));
    t.after(() => (server.closeAllConnections(), server.close()));
    return `http://127.0.0.1:${server.address().port}`;
}
