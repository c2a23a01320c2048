// Pages of documentation as lists of their fenced blocks and tables, and how to run those blocks.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { source } from './roomd.mjs';
import { DEADLINE, until, within } from './wait.mjs';

// The blocks of a page: {page, line, heading, language, text, rows}; rows are those of the tables of claims or
// origins below it, until the next block or heading.
export function blocks(page) {
    const out = [];
    let heading = '', open, indent = 0, tried = false;
    readFileSync(path.join(source, page), 'utf8').split('\n').forEach((line, index) => {
        const fence = line.match(/^( *)```(\w*)$/);
        if (fence && open) {
            open = undefined;
        } else if (fence) {
            indent = fence[1].length;
            open = { page, line: index + 1, heading, language: fence[2], text: '', rows: [] };
            out.push(open);
        } else if (open) {
            open.text += line.slice(indent) + '\n';
        } else if (/^#+ /.test(line)) {
            heading = line.replace(/^#+ /, '');
        } else if (!line.startsWith('|')) {
            tried = false;
        } else if (/^\| (claims|origin) \|/.test(line) && out.at(-1)?.heading === heading) {
            tried = true;
        } else if (tried && !line.startsWith('|--')) {
            out.at(-1).rows.push(line.split('|').slice(1, -1).map((cell) => cell.trim().replace(/^`(.*)`$/, '$1')));
        }
    });
    assert.equal(open, undefined, `${page}: a block is not closed`);
    return out;
}

export const place = (block) => `${block.page}:${block.line}`;

// ---- what is shown, and what came ------------------------------------------------------------

const CHANGING = /"(id|timestamp|uptime|version|pid)":("[^"]*"|\d+)/g;

// Is `came` what the page shows?  "..." and "…" stand for anything; ids and times are never the same.
export function shows(shown, came) {
    const plain = (text) => {
        try {
            text = JSON.stringify(JSON.parse(text)); // however it is broken into lines
        } catch {} // no JSON: compared as it stands
        return text.replace(CHANGING, '"$1":?').trim();
    };
    const parts = plain(shown).split(/\.\.\.|…/).map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
    return new RegExp(`^${parts.join('[^]*')}$`).test(plain(came));
}

export function same(block, shown, came) {
    assert.ok(shows(shown, came), `${place(block)} shows\n${shown}\nand this came:\n${came}`);
}

// ---- running ----------------------------------------------------------------------------------

// A program in the page's folder: its output, and its end.
export function start(page, command, args) {
    const child = spawn(command, args, { cwd: page.folder, env: page.env, stdio: ['ignore', 'pipe', 'pipe'] });
    const run = { child, output: '' };
    for (const pipe of [child.stdout, child.stderr]) pipe.on('data', (text) => (run.output += text));
    run.ended = new Promise((done) => child.on('close', (code, signal) => done(signal ?? code)));
    page.running.push(run);
    return run;
}

export async function stop(run) {
    run.child.kill();
    await within('a program of a page to end', run.ended);
}

// A block of commands as steps: {command, shown}; lines that begin with "# " below a command show its output.
export function steps(text) {
    const out = [];
    let open = false;
    for (const line of text.trimEnd().split('\n')) {
        if (open) out.at(-1).command += '\n' + line;
        else if (/^# ?/.test(line) && out.length) out.at(-1).shown += line.replace(/^# ?/, '') + '\n';
        else out.push({ command: line.replace(/ {2,}#.*$/, ''), shown: '' });
        const quotes = out.at(-1).command.split("'").length - 1;
        open = !/^# ?/.test(line) && (line.endsWith('\\') || quotes % 2 === 1);
    }
    return out;
}

const MARK = '@@ the next step @@';

// Runs a block of commands and compares what it shows.  `page.output` is what the last command said.
// A last command that goes on (a client) is left running until the page is over.
export async function shell(page, block, { goes_on = false } = {}) {
    const list = steps(page.here(block.text));
    const script = list.map(({ command }, i) => (i ? `echo '${MARK}'\n` : '') +
        (goes_on && i + 1 === list.length ? `exec ${command}` : command)).join('\n');
    const run = start(page, 'bash', ['-uc', `exec 2>&1\n${script}`]);
    const said = () => run.output.split(`${MARK}\n`);
    if (goes_on) {
        const { shown } = list.at(-1);
        await until(`${place(block)} to show\n${shown}`, () => said().length === list.length && shows(shown, said().at(-1)));
        return run;
    }
    const code = await within(place(block), run.ended, 5 * DEADLINE); // a compiler on a busy machine
    list.forEach(({ shown }, i) => shown && same(block, shown, said()[i] ?? ''));
    if (!list.at(-1).shown) assert.equal(code, 0, `${place(block)}:\n${run.output}`);
    page.output = said().at(-1);
    return run;
}
