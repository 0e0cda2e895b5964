// Stand-in for the DCV web client. The token comes in the address, the session's id in its fragment, as with DCV.
const authToken = new URLSearchParams(location.search).get('authToken') ?? '';
const sessionId = decodeURIComponent(location.hash.slice(1));

const byId = (id) => document.getElementById(id);
const newLink = 'Go back to the portal and choose Connect again to get a new link.';
const activityEveryMs = 5000;
const longestRetryMs = 15000;

let connection = null;
let connectedAt = null;
let abort = null;
let lastActivity = 0;
let failures = 0;

function show(state, headline, detail) {
  document.body.dataset.state = state;
  byId('headline').textContent = headline;
  byId('detail').textContent = detail;
  byId('facts').hidden = state !== 'connected';
  byId('disconnect').hidden = state !== 'connected';
  byId('reconnect').hidden = state !== 'closed';
  document.title = headline;
}

function showConnected(facts) {
  connection = facts.connectionId;
  connectedAt = Date.now();
  failures = 0;
  const { username, desktopName, instanceId } = facts;
  const place = `(session ${facts.sessionId}, instance ${instanceId})`;
  show('connected', `${username} is logged in on desktop ${desktopName}`, `Connected ${place}.`);
  byId('fact-desktop').textContent = desktopName;
  byId('fact-user').textContent = username;
  byId('fact-session').textContent = facts.sessionId;
  byId('fact-instance').textContent = instanceId;
  byId('fact-connections').textContent = facts.connections;
}

function handle(event) {
  if (event.type === 'connected') showConnected(event);
  if (event.type === 'connections') byId('fact-connections').textContent = event.connections;
  if (event.type !== 'closed') return;
  connection = null;
  const advice = event.desktopIsUp
    ? 'The portal shows which desktops you may use.'
    : 'Start the desktop in the portal, then connect again.';
  show('closed', 'You have been disconnected', `${event.reason} ${advice}`);
}

async function readEvents(body) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = '';
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    const lines = (rest + value).split('\n');
    rest = lines.pop();
    for (const line of lines) if (line !== '') handle(JSON.parse(line));
  }
}

async function refused(response) {
  const answer = await response.json().catch(() => ({ message: `The host gave no reason. ${newLink}` }));
  show('refused', 'You cannot connect to this desktop', answer.message);
}

function retryLater() {
  failures += 1;
  connection = null;
  show('lost', 'The connection was lost', 'Trying to reach the desktop again…');
  setTimeout(connect, Math.min(longestRetryMs, 500 * 2 ** failures));
}

async function connect() {
  abort = new AbortController();
  try {
    const response = await fetch('connect', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ sessionId, authToken }),
      signal: abort.signal,
    });
    if (!response.ok) return await refused(response);
    await readEvents(response.body);
  } catch {
    // Aborted by the user, or the network is away: told apart below.
  }
  if (['connecting', 'connected', 'lost'].includes(document.body.dataset.state)) retryLater();
}

function reportActivity() {
  if (connection === null || Date.now() - lastActivity < activityEveryMs) return;
  lastActivity = Date.now();
  fetch(`connections/${connection}/activity`, { method: 'POST' }).catch(() => {});
}

function tick() {
  byId('clock').textContent = new Date().toLocaleTimeString();
  if (connection === null) return;
  const seconds = Math.floor((Date.now() - connectedAt) / 1000);
  const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  byId('fact-duration').textContent = parts.map((part) => String(part).padStart(2, '0')).join(':');
}

byId('disconnect').addEventListener('click', () => {
  connection = null;
  show(
    'closed',
    'You have disconnected',
    'The desktop goes on running. You can connect again with this link.',
  );
  abort.abort();
});
byId('reconnect').addEventListener('click', () => {
  show('connecting', 'Connecting to your desktop…', 'The host is checking your connection link.');
  connect();
});
for (const name of ['pointermove', 'pointerdown', 'keydown', 'wheel']) {
  addEventListener(name, reportActivity, { passive: true });
}
setInterval(tick, 1000);
tick();
if (authToken === '' || sessionId === '') {
  show('refused', 'This link is incomplete', `It names no session or carries no token. ${newLink}`);
} else {
  connect();
}
