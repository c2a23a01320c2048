// Loaded ahead of each test file (`node --import`): a file that does not end is told as such and ended.  A timer or a socket that
// a failing test leaves behind would keep its process, and with it the whole run, for ever.
import { inspect } from 'node:util';

const LIMIT = Number(process.env.ROOMD_FILE_LIMIT ?? 400); // s; the slowest file takes a tenth of it

function end() {
    const held = process.getActiveResourcesInfo?.() ?? [];
    process.stderr.write(`${process.argv[1]}: not at its end after ${LIMIT} s; what keeps it: ${inspect(held)}\n`);
    for (const handle of process._getActiveHandles?.() ?? []) if (handle.pid && handle.kill) handle.kill('SIGKILL'); // its own children
    process.exit(1);
}

// The runner itself loads this too, and waits for all files; so do the Nodes that a test forks.
if (process.env.NODE_TEST_CONTEXT && !process.env.ROOMD_SOAK) setTimeout(end, LIMIT * 1000).unref();
