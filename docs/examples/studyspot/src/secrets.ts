import { readFileSync } from 'node:fs';
import path from 'node:path';

/** The same files that roomd reads: systemd's LoadCredential gives both of them one folder. */
export const secret = (name: string): string =>
    readFileSync(path.join(process.env['CREDENTIALS_DIRECTORY'] ?? 'secrets', name), 'utf8').trim();
