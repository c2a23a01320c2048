// The examples of a client's README, by the names in their first lines.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { clients } from './emitter_node.mjs';

export function examples(client) {
    const page = readFileSync(path.join(clients, client, 'README.md'), 'utf8');
    const found = {};
    for (const [, text] of page.matchAll(/^```\w+\n([^]*?)^```$/gm)) {
        const name = /^(?:<\?php )?(?:\/\/|#) (\S+\.\w+)$/m.exec(text.split('\n')[0])?.[1];
        if (!name) throw new Error(`an example without a name: ${text}`);
        found[name] = text;
    }
    return found;
}
