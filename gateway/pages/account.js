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

const fields = ['name', 'email', 'password', 'code'];

function say(text) {
  find('status').textContent = text;
}

function show({ title, text, asked = [], button, newPassword = false, other = null }) {
  document.title = title;
  find('title').textContent = title;
  say(text);
  for (const name of fields) {
    find(`${name}-field`).hidden = !asked.includes(name);
    find(name).required = asked.includes(name);
    find(name).removeAttribute('aria-invalid');
  }
  find('code').value = '';
  find('password').autocomplete = newPassword ? 'new-password' : 'current-password';
  find('submit').textContent = button;
  find('other').hidden = other === null;
  if (other !== null) {
    find('other').textContent = other.text;
    find('other').onclick = other.act;
  }
  find('form').hidden = false;
  // Where one starts; a page that only asks is read first.
  if (asked.length > 0) (asked.map(find).find(({ value }) => value === '') ?? find(asked[0])).focus();
}

/** What was typed was refused: said, and back to the field it is about. */
function refuse(text, name) {
  say(text);
  find(name).setAttribute('aria-invalid', 'true');
  find(name).focus();
}

function finish(title, text) {
  document.title = title;
  find('title').textContent = title;
  find('form').hidden = true;
  say(text);
  // The button that had the focus is gone.
  find('title').focus();
}

/** What the button does; it is out of reach meanwhile. */
function onSubmit(act) {
  find('form').onsubmit = async (event) => {
    event.preventDefault();
    // Not `disabled`, which would take the focus from who uses the keyboard.
    if (find('submit').getAttribute('aria-disabled') === 'true') return;
    find('submit').setAttribute('aria-disabled', 'true');
    try {
      await act(Object.fromEntries(new FormData(find('form'))));
    } catch {
      say('The service cannot be reached; try again shortly.');
    } finally {
      find('submit').removeAttribute('aria-disabled');
    }
  };
}

function verifyEmail() {
  const title = 'Verify your address';
  // The API could tell the address before: then the token would stand in the address of a request.
  show({ title, text: 'Is the mail that brought you here in your own mailbox?', button: 'Verify it' });
  onSubmit(async () => {
    const answer = await send('POST', '/api/auth/verify-email', { token });
    finish(title, answer.ok ? `${answer.content.data.email} is verified. Thank you.` : answer.text);
  });
}

function resetPassword() {
  const title = 'Set a new password';
  show({
    title,
    text: 'Choose one of at least 8 characters. Every session of your account will be ended.',
    asked: ['password'],
    newPassword: true,
    button: 'Set it',
  });
  onSubmit(async ({ password }) => {
    const answer = await send('POST', '/api/auth/reset-password', { token, newPassword: password });
    if (answer.ok) return finish(title, 'Your password is set. You can sign in with it now.');
    if (answer.content.code === 'INVALID_TOKEN') return finish(title, answer.text);
    refuse(answer.text, 'password');
  });
}

function verifyUserEmail() {
  const title = 'Verify your address';
  const text = `Is the mail from ${app} that brought you here in your own mailbox?`;
  show({ title, text, button: 'Verify it' });
  onSubmit(async () => {
    const answer = await send('POST', `/v1/apps/${app}/auth/verify-email`, { token });
    if (answer.status === 503) return say(answer.text); // the link works still
    finish(title, answer.ok ? `${answer.content.email} is verified. Thank you.` : answer.text);
  });
}

function resetUserPassword() {
  const title = 'Set a new password';
  const text = `Choose one of at least 8 characters. Every session of yours at ${app} will be ended.`;
  show({ title, text, asked: ['password'], newPassword: true, button: 'Set it' });
  onSubmit(async ({ password }) => {
    const body = { token, new_password: password };
    const answer = await send('POST', `/v1/apps/${app}/auth/reset-password`, body);
    if (answer.ok) return finish(title, 'Your password is set. You can sign in with it now.');
    if (answer.content.error?.code === 'INVALID_TOKEN') return finish(title, answer.text);
    refuse(answer.text, 'password');
  });
}

function acceptInvite() {
  show({ title: 'Accept an invite', text: 'Become a member of the workspace?', button: 'Accept' });
  onSubmit(accept);
}

/** To an app: who has no user there yet chooses a password, who has one shows it. */
function acceptAppInvite({ known = false, anyAddress = false } = {}) {
  const title = 'Accept an invite';
  show({
    title,
    text: known
      ? 'Type the password you sign in with.'
      : 'Choose a password of at least 8 characters. You sign in with it from then on.',
    asked: [...(known ? [] : ['name']), ...(anyAddress ? ['email'] : []), 'password'],
    newPassword: !known,
    button: 'Accept',
    other: {
      text: known ? 'I am new here' : 'I have a password already',
      act: () => acceptAppInvite({ known: !known, anyAddress }),
    },
  });
  onSubmit(async ({ name, email, password }) => {
    const body = {
      password,
      ...(known ? {} : { display_name: name }),
      ...(anyAddress ? { email } : {}),
    };
    const answer = await send('POST', `/v1/invites/${encodeURIComponent(token)}/accept`, body);
    if (answer.ok) return finish(title, `You are in, as ${answer.content.email}. You can sign in now.`);
    if (answer.status === 404 || answer.status === 410) return finish(title, answer.text);
    const asksAddress = answer.content.error?.details?.some(
      ({ field, reason }) => field === 'email' && reason === 'required',
    );
    if (asksAddress) {
      acceptAppInvite({ known, anyAddress: true });
      return refuse('This invite is for whoever has it: type your own address, too.', 'email');
    }
    if (answer.status === 401 && !known) {
      acceptAppInvite({ known: true, anyAddress });
      find('password').value = '';
      return refuse('You have a password here already: type that one.', 'password');
    }
    refuse(answer.text, answer.status === 403 && anyAddress ? 'email' : 'password');
  });
}

async function accept() {
  const answer = await send('POST', `/v1/workspace-invites/${encodeURIComponent(token)}/accept`);
  if (answer.status === 401) return signIn('Sign in with the address that was invited.');
  if (answer.content.error?.code === 'INVITE_FOR_ANOTHER_ADDRESS') return signIn(answer.text);
  const workspace = answer.content.workspace?.display_name;
  finish('Accept an invite', answer.ok ? `You are a member of ${workspace} now.` : answer.text);
}

function signIn(text) {
  show({
    title: 'Sign in',
    text,
    asked: ['email', 'password'],
    button: 'Sign in',
    other: { text: 'I have no account yet', act: signUp },
  });
  onSubmit(async ({ email, password }) => signedIn(await signInWith({ email, password })));
}

function signInWith(credentials) {
  return send('POST', '/api/auth/sign-in/email', credentials);
}

/** Goes on where it was left for signing in. */
async function signedIn(answer) {
  if (!answer.ok) return refuse(answer.text, 'password');
  if (answer.content.data.twoFactorRequired) return secondFactor(answer.content.data.challengeToken);
  find('password').value = '';
  await accept();
}

function secondFactor(challengeToken) {
  show({
    title: 'Sign in',
    text: 'Type the code of your authenticator, or a recovery code.',
    asked: ['code'],
    button: 'Go on',
    other: { text: 'Start again', act: () => signIn('Sign in with the address that was invited.') },
  });
  onSubmit(async ({ code }) => {
    const answer = await send('POST', '/api/auth/two-factor/verify', { challengeToken, code: code.trim() });
    if (!answer.ok) return refuse(answer.text, 'code');
    await signedIn(answer);
  });
}

function signUp() {
  show({
    title: 'Create an account',
    text: 'Use the address that was invited, and a password of at least 8 characters.',
    asked: ['name', 'email', 'password'],
    newPassword: true,
    button: 'Create it',
    other: { text: 'I have one', act: () => signIn('Sign in with the address that was invited.') },
  });
  onSubmit(async ({ name, email, password }) => {
    const answer = await send('POST', '/api/auth/sign-up/email', { name, email, password });
    if (!answer.ok) return refuse(answer.text, 'password');
    const first = await signInWith({ email, password });
    if (!first.ok) return signIn(first.text);
    await signedIn(first);
  });
}

const pages = {
  'verify-email': verifyEmail,
  'reset-password': resetPassword,
  'accept-invite': acceptInvite,
  'accept-app-invite': () => acceptAppInvite(),
  'app-verify-email': verifyUserEmail,
  'app-reset-password': resetUserPassword,
};
if (token === '' || (page.startsWith('app-') && app === ''))
  finish('This link is not whole', 'Copy all of it from the mail, up to its last character.');
else pages[page]();
