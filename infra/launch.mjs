// What `npm start`, `npm test` and `npm run check` run first, on whatever Node the machine has (20 or newer): installs
// the packages if they are missing or outdated, finds Node 24 and runs infra/<command>.ts on it. Nothing but Node's own
// modules may be imported here.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';

const root = join(import.meta.dirname ?? dirname(new URL(import.meta.url).pathname), '..');
const pnpm = 'pnpm@10.34.8'; // as packageManager in package.json
const commands = {
  start: 'start.ts',
  test: 'test.ts',
  check: 'check.ts',
  guarantee: join('guarantee', 'main.ts'),
  faults: join('faults', 'main.ts'),
  quickstart: join('..', 'examples', 'quickstart-002', 'main.ts'),
  'reference-001': join('..', 'examples', 'reference-001', 'main.ts'),
  pcft: join('..', 'packages', 'cli', 'bin', 'pcft.ts'),
};

const [command, ...args] = process.argv.slice(2);
if (!Object.hasOwn(commands, command ?? ''))
  fail(`usage: node infra/launch.mjs ${Object.keys(commands).join(' | ')} [arguments]`);
await install();
run(findNode(), commands[command], args);

/** Installs exactly the lock file, unless that was done before. */
async function install() {
  const stamp = join(root, 'node_modules', '.installed-lockfile');
  const wanted = createHash('sha256')
    .update(readFileSync(join(root, 'pnpm-lock.yaml')))
    .update(readFileSync(join(root, 'pnpm-workspace.yaml')))
    .update(`${process.platform} ${process.arch}`)
    .digest('hex');
  const isDone = () => existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted;
  if (isDone()) return;
  const release = await lockInstall(isDone);
  try {
    if (isDone()) return; // another start did it meanwhile
    console.log('installing packages (the first time takes a minute or two)');
    const code = await installPackages();
    if (code !== 0) fail('installing the packages failed, as said above');
    writeFileSync(stamp, wanted);
  } finally {
    release();
  }
}

/** One install at a time per checkout: two at once damage each other's node_modules. */
async function lockInstall(isDone) {
  const lock = join(root, '.cache', 'install.lock');
  mkdirSync(dirname(lock), { recursive: true });
  for (let told = false; !isDone(); told = true) {
    try {
      writeFileSync(lock, String(process.pid), { flag: 'wx' });
      return () => rmSync(lock, { force: true });
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
    }
    if (!isAlive(Number(readOr(lock, '0')))) rmSync(lock, { force: true });
    else {
      if (!told) console.log('waiting for another install in this folder');
      await delay(300);
    }
  }
  return () => undefined;
}

function installPackages() {
  const child = spawn('npx', ['--yes', pnpm, 'install', '--frozen-lockfile', '--reporter=append-only'], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, CI: 'true', npm_config_update_notifier: 'false', NO_UPDATE_NOTIFIER: '1' },
    shell: process.platform === 'win32',
  });
  const stop = () => {
    child.kill('SIGTERM');
    fail('stopped while installing');
  };
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, stop);
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on('line', (line) => {
      if (line.trim() !== '' && !/^npm (warn|notice)/i.test(line)) console.log(`  ${withoutHosts(line)}`);
    });
  }
  return new Promise((resolve) => {
    child.once('error', () => fail('npx was not found: install npm, which comes with Node'));
    child.once('close', (code) => {
      for (const signal of ['SIGINT', 'SIGTERM']) process.off(signal, stop);
      resolve(code);
    });
  });
}

/** Where packages come from may be a company's own registry, with credentials in its address. */
function withoutHosts(line) {
  return line
    .replace(/\b[a-z][a-z+]*:\/\/\S+/gi, '<registry>')
    .replace(/\b(ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ETIMEDOUT|ECONNRESET) \S+/g, '$1 <registry>')
    .replace(
      /\b(?:[a-z0-9-]+\.)+(?:com|org|net|io|dev|app|cloud|internal|local|corp|lan)\b(?::\d+)?/gi,
      '<registry>',
    );
}

/** Node 24 or newer: this one, the one among the packages, or an installed one. */
function findNode() {
  const name = process.platform === 'win32' ? 'node.exe' : 'node';
  const platform = process.platform === 'win32' ? 'win' : process.platform;
  const packaged = join(root, 'node_modules', `node-${platform}-${process.arch}`, 'bin', name);
  const installed = (process.env.PATH ?? '').split(delimiter).map((folder) => join(folder, name));
  for (const candidate of [process.execPath, packaged, ...installed]) {
    if (!existsSync(candidate)) continue;
    const printed = spawnSync(candidate, ['--version'], { encoding: 'utf8' }).stdout ?? '';
    if (Number(/^v(\d+)\./.exec(printed)?.[1]) >= 24) return candidate;
  }
  return fail('Node 24 is needed and npm has none for this platform: install Node 24 or newer');
}

/** Runs the command with Node 24 first on the PATH, passes signals through, and ends as it ends. */
function run(node, script, rest) {
  const path = [dirname(node), join(root, 'node_modules', '.bin'), process.env.PATH ?? ''].join(delimiter);
  const child = spawn(node, [join(root, 'infra', script), ...rest], {
    // The channel closes when we are killed, which the command takes as a request to stop.
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    env: { NODE_COMPILE_CACHE: join(root, '.cache', 'compile'), ...process.env, PATH: path },
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  followNpm(child);
  child.once('error', (error) => fail(error.message));
  child.once('exit', (code, signal) => {
    if (signal === null) process.exit(code ?? 1);
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
  });
}

/**
 * npm that is killed takes nobody with it, and a SIGTERM ends only the shell between it and us. So when we were started
 * by a package manager, the end of any process from here up to it is a request to stop.
 */
function followNpm(child) {
  if (process.env.npm_lifecycle_event === undefined) return;
  const chain = [process.pid, process.ppid];
  while (isBelowNpm(chain.at(-1))) chain.push(parentOf(chain.at(-1)));
  setInterval(() => {
    const isWhole = chain.slice(1).every((parent, index) => parentOf(chain[index]) === parent);
    if (!isWhole) child.kill('SIGTERM');
  }, 400).unref();
}

/** Package managers set this variable for what they run, so their own process is the first without it. */
function isBelowNpm(pid) {
  return (
    pid > 1 &&
    readOr(`/proc/${pid}/environ`, '')
      .split('\0')
      .some((entry) => entry.startsWith('npm_lifecycle_event='))
  );
}

function parentOf(pid) {
  if (pid === process.pid) return process.ppid;
  const stat = readOr(`/proc/${pid}/stat`, '');
  return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1] ?? 0);
}

function isAlive(pid) {
  if (!(pid > 0)) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

function readOr(path, otherwise) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return otherwise;
  }
}

function fail(message) {
  console.error(message);
  process.exit(1);
}
