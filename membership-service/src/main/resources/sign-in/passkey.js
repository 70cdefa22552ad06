// Makes passkeys and signs in with them. Without this script the pages work by password and code.
const token = document.querySelector('meta[name="csrf"]');

const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, '+').replace(/_/g, '/')), (letter) => letter.charCodeAt(0));
const text = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer)))
    .replace(/\+/g, '-')
    .replace(/\//g, '_')
    .replace(/=+$/, '');

async function post(path, body) {
  const answer = await fetch(path, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', Accept: 'application/json', [token.dataset.header]: token.content },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  // The proof has grown too old meanwhile: the page asks again.
  if (answer.redirected) location.assign('/id/security');
  const said = await answer.json();
  if (!answer.ok) throw new Error(said.detail);
  return said;
}

const withIds = (credentials = []) => credentials.map((each) => ({ ...each, id: bytes(each.id) }));

async function signIn() {
  const asked = await post('/id/passkey/options');
  const proved = await navigator.credentials.get({
    publicKey: { ...asked, challenge: bytes(asked.challenge), allowCredentials: withIds(asked.allowCredentials) },
  });
  const { next } = await post('/id/passkey/sign-in', {
    id: proved.id,
    rawId: text(proved.rawId),
    type: proved.type,
    authenticatorAttachment: proved.authenticatorAttachment,
    clientExtensionResults: proved.getClientExtensionResults(),
    response: {
      authenticatorData: text(proved.response.authenticatorData),
      clientDataJSON: text(proved.response.clientDataJSON),
      signature: text(proved.response.signature),
      userHandle: proved.response.userHandle ? text(proved.response.userHandle) : undefined,
    },
  });
  location.assign(next);
}

async function make(label) {
  const offered = await post('/id/security/passkeys/options');
  const made = await navigator.credentials.create({
    publicKey: {
      ...offered,
      challenge: bytes(offered.challenge),
      user: { ...offered.user, id: bytes(offered.user.id) },
      excludeCredentials: withIds(offered.excludeCredentials),
    },
  });
  await post('/id/security/passkeys', {
    label,
    credential: {
      id: made.id,
      rawId: text(made.rawId),
      type: made.type,
      authenticatorAttachment: made.authenticatorAttachment,
      clientExtensionResults: made.getClientExtensionResults(),
      response: {
        attestationObject: text(made.response.attestationObject),
        clientDataJSON: text(made.response.clientDataJSON),
        transports: made.response.getTransports ? made.response.getTransports() : [],
      },
    },
  });
  location.assign('/id/security?said=passkey-added');
}

/** Tells what went wrong; who closed the browser's own window knows. */
async function attempt(action) {
  const place = document.getElementById('passkey-problem');
  place.hidden = true;
  try {
    await action();
  } catch (thrown) {
    if (thrown.name === 'NotAllowedError' || thrown.name === 'AbortError') return;
    place.textContent = thrown.name === 'InvalidStateError' ? place.dataset.known : thrown.message;
    place.hidden = false;
  }
}

// Passkeys belong to a name, never to a bare address.
if (window.PublicKeyCredential && !/^[\d.]+$|:/.test(location.hostname)) {
  for (const place of document.querySelectorAll('[data-passkey]')) place.hidden = false;
  document.getElementById('passkey-sign-in')?.addEventListener('click', () => attempt(signIn));
  document.getElementById('passkey-form')?.addEventListener('submit', (event) => {
    event.preventDefault();
    attempt(() => make(new FormData(event.target).get('label')));
  });
}
