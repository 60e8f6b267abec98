import { afterAll, afterEach, beforeAll, beforeEach, expect } from '@jest/globals';
import { connectSuite, type Suite } from '@pcft/testing';
import type { AxeResults } from 'axe-core';
import axe from 'axe-core';
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core';
import { findChromium } from '../../infra/engines/chromium.ts';
import { cacheFolder } from '../../infra/root-folder.ts';

/** The first time the browser is downloaded; `npm test` has it ready by then. */
const browserTimeoutMs = 240_000;

/** @throws one sentence where there is no browser and none can be fetched: these tests are never left out */
async function launchBrowser(): Promise<Browser> {
  const found = await findChromium(cacheFolder);
  if (found === null)
    throw new Error(
      'there is no chromium on the PATH, and its Debian packages cannot be fetched: see .cache/engines/apt.log',
    );
  return chromium.launch({
    executablePath: found.path,
    env: Object.fromEntries(
      Object.entries(found.env).flatMap(([key, value]) => (value ? [[key, value]] : [])),
    ),
    // Namespaces that the sandbox needs are not there for root or in containers; the pages are the suite's own.
    args: ['--no-sandbox', '--disable-gpu'],
  });
}

/** The pages of a file of tests besides those the hooks open. */
export interface MorePages {
  /** Opens a page in place of the test's own. */
  openAnother(options: BrowserContextOptions): Promise<void>;
  /** A page in a session of its own, of which everything is left to the test: its faults, and to close it. */
  openBeside(): Promise<Watched>;
}

/**
 * The hooks of a file of tests: one browser and one suite, and for each test a page of its own. Whatever the test did, no
 * script of its page may have failed, and nothing may have been loaded that the page's policy forbids.
 */
export function testInBrowser(hooks: {
  readonly prepare: (suite: Suite) => Promise<void>;
  readonly onOpen: (watched: Watched) => void;
}): MorePages {
  let browser: Browser;
  let suite: Suite;
  let watched: Watched;
  async function open(options?: BrowserContextOptions): Promise<void> {
    watched = await openPage(browser, options);
    hooks.onOpen(watched);
  }
  beforeAll(async () => {
    browser = await launchBrowser();
    suite = await connectSuite();
    await hooks.prepare(suite);
  }, browserTimeoutMs);
  afterAll(async () => {
    await browser.close();
    await suite.close();
  });
  beforeEach(() => open());
  afterEach(async () => {
    const { faults } = watched;
    await watched.close();
    expect(faults).toEqual([]);
  });
  return {
    async openAnother(options) {
      await watched.close();
      await open(options);
    },
    openBeside: () => openPage(browser),
  };
}

/** Narrow windows and people who do not see are served in every state of a page. */
export async function expectUsable(watched: Watched): Promise<void> {
  expect([await watched.seriousFaults(), await watched.overflow()]).toEqual([[], 0]);
}

/** What a page did and said, of its whole life. */
export interface Watched {
  readonly page: Page;
  /** Method and address of every request, with what it said it came from. */
  readonly requests: readonly string[];
  /** Errors of the console, policy violations among them, and of scripts. */
  readonly faults: readonly string[];
  /** Faults of accessibility that keep people out. */
  seriousFaults(): Promise<string[]>;
  /** Pixels that the page is wider than its window. */
  overflow(): Promise<number>;
  close(): Promise<void>;
}

/** Evaluated in the page, which is no part of this program. */
const root = 'document.documentElement';

/** A page in a session of its own: no cookie of another test. */
async function openPage(browser: Browser, options: BrowserContextOptions = {}): Promise<Watched> {
  const context = await browser.newContext({ viewport: { width: 360, height: 740 }, ...options });
  const requests: string[] = [];
  const faults: string[] = [];
  // Pages that links open are of the same session.
  context.on('page', (page) => {
    page.on('console', (message) => {
      // An answer of the API that says no is told there too; the pages handle it.
      if (message.type() === 'error' && !/Failed to load resource.*status of 4\d\d/.test(message.text()))
        faults.push(message.text());
    });
    page.on('pageerror', (error) => faults.push(error.message));
  });
  context.on('request', (request) => {
    const { referer = '-' } = request.headers();
    requests.push(`${request.method()} ${request.url()} from ${referer}`);
  });
  const page = await context.newPage();
  page.setDefaultTimeout(15_000);
  return {
    page,
    requests,
    faults,
    seriousFaults: () => seriousFaults(page),
    overflow: () => page.evaluate(`${root}.scrollWidth - ${root}.clientWidth`),
    close: () => context.close(),
  };
}

/** The same for a page that a link has opened. */
export async function seriousFaults(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate<AxeResults>('axe.run()');
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
}
