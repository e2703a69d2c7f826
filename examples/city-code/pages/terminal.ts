/** The terminal's page (验码): judges codes without a network, and tells the issuer what it saw when there is one. */
import { challengeText } from '@gov/city-code/challenge';
import { element, setText } from './elements.js';
import { keepOffline } from './offline.js';
import { Camera, drawQr, onPicture, PictureReader } from './pictures.js';
import { Terminal, type Told } from './terminal-gate.js';
import { Tones } from './tones.js';

declare const PINNED_KEY: string;

const clock = (): Date => new Date();

/** Milliseconds that an answer stays: then the next one's turn has come. */
const ANSWER_STAYS = 2000;

/** Milliseconds after which a code that is out of the camera's sight is another showing when it comes back. */
const OUT_OF_SIGHT = 3000;

const SYNC_EVERY = 60_000;

const button = (id: string) => element(id, HTMLButtonElement);
const part = (id: string) => element(id, HTMLElement);

const tones = new Tones();
const reader = new PictureReader();
const camera = new Camera(element('video', HTMLVideoElement), reader);
/** Codes in the camera's sight: when each was seen last. */
const inSight = new Map<string, number>();
let challenge: Uint8Array | undefined;
/** Whether the issuer could be reached of late: what the browser says of networks is a guess. */
let synchronised = false;

/** A terminal in two tabs would let a code pass in each: the second one waits until the first is closed. */
function alone(): Promise<void> {
  prompt('请稍候', 'One moment');
  return new Promise((resolve) => {
    const late = setTimeout(() => prompt('本终端已在另一窗口打开', 'Open in another window already'), 500);
    void navigator.locks.request('terminal', () => {
      clearTimeout(late);
      resolve();
      return new Promise(() => undefined);
    });
  });
}

function prompt(chinese: string, english: string): void {
  setText(part('prompt'), chinese);
  setText(part('prompt-en'), english);
}

await alone();
const terminal = await Terminal.open(`city-code-terminal-${PINNED_KEY.slice(-16)}`, PINNED_KEY);

/** Codes wait for one another, and for the answer before them to be seen. */
let last: Promise<unknown> = Promise.resolve();
function show(work: () => Promise<Told>): void {
  last = last.then(async () => {
    tell(await work());
    newChallenge();
    await new Promise((done) => setTimeout(done, ANSWER_STAYS));
    part('verdict').hidden = true;
    tellState();
  });
}

function tell({ answer, who, reasons }: Told): void {
  const verdict = part('verdict');
  verdict.className = `verdict ${answer}`;
  setText(part('word'), answer === 'yes' ? '通行 Pass' : '止步 Stop');
  setText(part('who'), who);
  part('reasons').replaceChildren(...reasons.map(line));
  verdict.hidden = false;
  tones.play(answer);
  setText(
    part('last'),
    [answer === 'yes' ? '✓ 通行 Pass' : '✕ 止步 Stop', ...reasons.map(({ code }) => code)].join(' '),
  );
  part('last').dataset.count = `${Number(part('last').dataset.count ?? 0) + 1}`;
}

function line({ zh, en, code }: Told['reasons'][number]): HTMLLIElement {
  const item = document.createElement('li');
  const english = document.createElement('span');
  english.lang = 'en';
  english.textContent = en;
  const name = document.createElement('code');
  name.textContent = code;
  item.append(zh, english, name);
  return item;
}

/** Of what the camera sees, what was not in its sight just now. */
function seen(texts: readonly string[]): void {
  const now = performance.now();
  for (const [text, time] of inSight) if (now - time > OUT_OF_SIGHT) inSight.delete(text);
  for (const text of texts) {
    const isNew = !inSight.has(text);
    inSight.set(text, now);
    if (isNew) judge(text);
  }
}

function judge(text: string): void {
  show(() => terminal.judge(text, clock(), challenge));
}

function newChallenge(): void {
  const demanded = button('demand').getAttribute('aria-pressed') === 'true';
  part('challenge').hidden = !demanded;
  challenge = demanded ? terminal.challenge() : undefined;
  if (challenge !== undefined) drawQr(element('challenge-code', HTMLImageElement), challengeText(challenge), 3);
}

function tellState(): void {
  const { list, filter, waiting, isReady } = terminal.state();
  if (isReady) prompt('请出示城市码', 'Show your city code');
  else prompt('缺少信任列表，请联网同步', 'No trust list yet: connect to a network');
  setText(part('network'), synchronised ? '● 已同步 Synchronised' : '○ 离线 Offline');
  setText(part('list'), list);
  setText(part('filter'), filter);
  setText(part('log'), `${waiting}`);
}

async function synchronise(): Promise<void> {
  try {
    await terminal.synchronise(clock());
    synchronised = true;
  } catch {
    // What is here goes on working.
    synchronised = false;
  }
  tellState();
}

button('start').hidden = !Camera.isThere();
button('start').addEventListener('click', async () => {
  await tones.allow();
  part('video').hidden = false;
  try {
    await camera.open(seen);
    button('start').hidden = true;
  } catch {
    part('video').hidden = true;
    prompt('无法使用相机，请选择图片', 'No camera: choose a picture');
  }
});
onPicture(element('picture', HTMLInputElement), part('look'), async (picture) => {
  await tones.allow();
  const texts = await reader.readCarefully(picture).catch(() => []);
  if (texts.length === 0) show(async () => terminal.nothingRead());
  for (const text of texts) judge(text);
});
button('demand').addEventListener('click', () => {
  const pressed = button('demand').getAttribute('aria-pressed') === 'true';
  button('demand').setAttribute('aria-pressed', `${!pressed}`);
  newChallenge();
});
button('sync').addEventListener('click', () => void synchronise());
addEventListener('online', () => void synchronise());
setInterval(() => void synchronise(), SYNC_EVERY);

tellState();
await Promise.all([synchronise(), keepOffline()]);
