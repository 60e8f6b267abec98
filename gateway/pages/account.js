// The pages that links in mails lead to. The token stands in the fragment of the address: it is sent when the button
// is pressed, and a mail scanner that opens the page has done nothing. Runs as it stands in the browser.
'use strict';

const find = (id) => document.getElementById(id);
const page = location.pathname.split('/').pop();
const fragment = new URLSearchParams(location.hash.slice(1));
const token = fragment.get('token') ?? '';
/** Of an end user's link: the app it is for. It becomes a segment of a path, so nothing else may stand in it. */
const app = /^[A-Za-z0-9][A-Za-z0-9_-]{0,62}$/.exec(fragment.get('app') ?? '')?.[0] ?? '';
// Out of the address bar and of the history.
history.replaceState(null, '', location.pathname);

async function send(method, path, body) {
  const answer = await fetch(path, {
    method,
    headers: body === undefined ? {} : { 'Content-Type': 'application/json' },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  const content = await answer.json().catch(() => ({}));
  const details = content.meta?.errors ?? content.error?.details ?? [];
  const message = content.error?.message ?? content.message ?? 'Something went wrong';
  const reasons = details.map(({ reason }) => reason).join('; ');
  return {
    ok: answer.ok,
    status: answer.status,
    content,
    text: reasons === '' ? message : `${message} (${reasons})`,
  };
}

function say(text) {
  find('status').textContent = text;
}

function show({ title, text, fields = [], button, newPassword = false, other = null }) {
  document.title = title;
  find('title').textContent = title;
  say(text);
  for (const name of ['name', 'email', 'password']) {
    find(`${name}-field`).hidden = !fields.includes(name);
    find(name).required = fields.includes(name);
  }
  find('password').autocomplete = newPassword ? 'new-password' : 'current-password';
  find('submit').textContent = button;
  find('other').hidden = other === null;
  if (other !== null) {
    find('other').textContent = other.text;
    find('other').onclick = other.act;
  }
  find('form').hidden = false;
}

function finish(title, text) {
  document.title = title;
  find('title').textContent = title;
  find('form').hidden = true;
  say(text);
}

/** What the button does; it is out of reach meanwhile. */
function onSubmit(act) {
  find('form').onsubmit = async (event) => {
    event.preventDefault();
    find('submit').disabled = true;
    try {
      await act(Object.fromEntries(new FormData(find('form'))));
    } catch {
      say('The service cannot be reached; try again shortly.');
    } finally {
      find('submit').disabled = false;
    }
  };
}

async function verifyEmail() {
  const found = await send('GET', `/api/auth/verify-email?${new URLSearchParams({ token })}`);
  if (!found.ok) return finish('Verify your address', found.text);
  const { email } = found.content.data;
  show({ title: 'Verify your address', text: `Is ${email} your address?`, button: 'Yes, verify it' });
  onSubmit(async () => {
    const answer = await send('POST', '/api/auth/verify-email', { token });
    finish(
      'Verify your address',
      answer.ok ? `${answer.content.data.email} is verified. Thank you.` : answer.text,
    );
  });
}

function resetPassword() {
  show({
    title: 'Set a new password',
    text: 'Every session of your account will be ended.',
    fields: ['password'],
    newPassword: true,
    button: 'Set it',
  });
  onSubmit(async ({ password }) => {
    const answer = await send('POST', '/api/auth/reset-password', { token, newPassword: password });
    if (!answer.ok) return say(answer.text);
    finish('Set a new password', 'Your password is set. You can sign in with it now.');
  });
}

function verifyUserEmail() {
  const title = 'Verify your address';
  show({ title, text: `Is this your address at ${app}?`, button: 'Yes, verify it' });
  onSubmit(async () => {
    const answer = await send('POST', `/v1/apps/${app}/auth/verify-email`, { token });
    finish(title, answer.ok ? `${answer.content.email} is verified. Thank you.` : answer.text);
  });
}

function resetUserPassword() {
  const title = 'Set a new password';
  const text = `Every session of your user at ${app} will be ended.`;
  show({ title, text, fields: ['password'], newPassword: true, button: 'Set it' });
  onSubmit(async ({ password }) => {
    const body = { token, new_password: password };
    const answer = await send('POST', `/v1/apps/${app}/auth/reset-password`, body);
    if (!answer.ok) return say(answer.text);
    finish(title, 'Your password is set. You can sign in with it now.');
  });
}

async function acceptInvite() {
  show({ title: 'Accept an invite', text: 'Become a member of the workspace?', button: 'Accept' });
  onSubmit(async () => {
    const answer = await send('POST', `/v1/workspace-invites/${encodeURIComponent(token)}/accept`);
    if (answer.status === 401) return signIn('Sign in with the address that was invited.');
    const workspace = answer.content.workspace?.display_name;
    if (answer.ok) return finish('Accept an invite', `You are a member of ${workspace} now.`);
    if (answer.content.error?.code === 'INVITE_FOR_ANOTHER_ADDRESS') return signIn(answer.text);
    say(answer.text);
  });
}

function signIn(text) {
  show({
    title: 'Sign in',
    text,
    fields: ['email', 'password'],
    button: 'Sign in',
    other: { text: 'I have no account yet', act: signUp },
  });
  onSubmit(async ({ email, password }) => {
    const answer = await send('POST', '/api/auth/sign-in/email', { email, password });
    if (!answer.ok) return say(answer.text);
    await acceptInvite();
  });
}

function signUp() {
  show({
    title: 'Create an account',
    text: 'Use the address that was invited.',
    fields: ['name', 'email', 'password'],
    newPassword: true,
    button: 'Create it',
    other: { text: 'I have one', act: () => signIn('Sign in with the address that was invited.') },
  });
  onSubmit(async ({ name, email, password }) => {
    const answer = await send('POST', '/api/auth/sign-up/email', { name, email, password });
    if (!answer.ok) return say(answer.text);
    const signedIn = await send('POST', '/api/auth/sign-in/email', { email, password });
    if (!signedIn.ok) return signIn(signedIn.text);
    await acceptInvite();
  });
}

const pages = {
  'verify-email': verifyEmail,
  'reset-password': resetPassword,
  'accept-invite': acceptInvite,
  'app-verify-email': verifyUserEmail,
  'app-reset-password': resetUserPassword,
};
if (token === '' || (page.startsWith('app-') && app === ''))
  finish('This link is not whole', 'Copy all of it from the mail, up to its last character.');
else Promise.resolve(pages[page]()).catch(() => say('The service cannot be reached; try again shortly.'));
