/** The holder's page (亮码): works without a network for as long as a delegation lasts. */
import { cityCodeText } from '@gov/city-code';
import { readChallengeText } from '@gov/city-code/challenge';
import { CodeHolder, type ShownCode, secondsToNext } from '@gov/city-code/show';
import { isGovError } from '@gov/verdict';
import { isRoleName, ROLES, type RoleName, SCENE } from '../roles.js';
import { Device, post } from './device.js';
import { element, setText } from './elements.js';
import { keepOffline } from './offline.js';
import { Camera, drawQr, onPicture, PictureReader } from './pictures.js';
import { Voice } from './voice.js';

declare const PINNED_KEY: string;

const clock = (): Date => new Date();

/** Delegations on the device, unless they end soon: the page then has others to turn to, and gates see one for a short while only. */
const AHEAD = 4;

/** Milliseconds before their end in which delegations are fetched anew. */
const SOON = 2 * 3600 * 1000;

const TTL_SECONDS = 60;

const button = (id: string) => element(id, HTMLButtonElement);
const part = (id: string) => element(id, HTMLElement);
const image = (id: string) => element(id, HTMLImageElement);

const voice = new Voice();
const reader = new PictureReader();
const device = await Device.open(`city-code-holder-${PINNED_KEY.slice(-16)}`);
const holders = new Map<RoleName, CodeHolder>();
const camera = new Camera(element('video', HTMLVideoElement), reader);

let role: RoleName = storedRole();
let shown: ShownCode | undefined;
/** What the next code answers; each challenge is for one passage. */
let challenge: Uint8Array | undefined;

/** Nobody answered when delegations were to be fetched. */
let failed = false;

/** What makes or fetches codes happens one after another. */
let last: Promise<unknown> = Promise.resolve();
function inTurn(work: () => Promise<void>): Promise<void> {
  const done = last.then(work);
  last = done.catch(() => undefined);
  return done;
}

function storedRole(): RoleName {
  const name = localStorage.getItem('role');
  return isRoleName(name) ? name : 'self';
}

function holder(): CodeHolder {
  const name = role;
  let own = holders.get(name);
  if (own === undefined) {
    own = new CodeHolder({
      delegations: () => device.delegations(name),
      counters: device.counters,
      keyOf: device.keyOf,
    });
    holders.set(name, own);
  }
  return own;
}

/** Fetches delegations where too few are left. Other tabs wait, and then find that enough are there. */
async function renew(): Promise<void> {
  await navigator.locks.request('renew', async () => {
    const [name, now] = [role, clock()];
    const lasting = (await device.delegations(name)).filter(({ expires }) => expires.getTime() > now.getTime() + SOON);
    if (lasting.length < AHEAD) await device.fetchDelegations(name, AHEAD - lasting.length);
  });
}

async function renewIfThereIsANetwork(): Promise<void> {
  try {
    await renew();
    failed = false;
  } catch {
    // What is on the device goes on working; the page says until when.
    failed = true;
  }
}

async function showNext(): Promise<void> {
  const at = clock();
  await device.forget({ before: new Date(at.getTime() - 600_000) });
  const answered = challenge;
  challenge = undefined;
  try {
    const options = {
      at,
      scene: SCENE,
      ttlSeconds: TTL_SECONDS,
      ...(answered !== undefined && { challenge: answered }),
    };
    const before = shown;
    shown = await holder().show(options);
    drawQr(image('code'), cityCodeText(shown.presented), 12);
    if (before === undefined) say('城市码已就绪，请对准闸机。', 'The code is ready: hold it to the gate.');
  } catch (error) {
    if (!isGovError(error) || error.code !== 'delegation-missing') throw error;
    shown = undefined;
    say('授权已结束，请联网更新。', 'The delegation has ended.');
  }
  part('answering').hidden = answered === undefined || shown === undefined;
  part('code').hidden = shown === undefined;
  part('count').hidden = shown === undefined;
  part('over').hidden = shown !== undefined;
  setText(part('over-zh'), '授权已结束，请联网更新后再亮码。');
  setText(part('over-en'), 'The delegation has ended. Connect to a network to renew it.');
  await tellUntil(at);
  tick();
}

async function tellUntil(at: Date): Promise<void> {
  const ends = (await device.delegations(role)).map(({ expires }) => expires).filter((expires) => expires >= at);
  const latest = ends.sort((one, other) => other.getTime() - one.getTime())[0];
  const time = latest?.toLocaleTimeString('zh-CN', { hour: '2-digit', minute: '2-digit', hour12: false });
  setText(part('until'), time === undefined ? '' : `无网络可用至 ${time} Works offline until ${time}`);
}

function say(chinese: string, english: string): void {
  setText(part('said'), `${chinese} ${english}`);
  voice.say(chinese);
}

function tick(): void {
  setText(part('network'), failed || !navigator.onLine ? '○ 离线 Offline' : '');
  if (shown === undefined) return;
  const left = secondsToNext(shown, clock());
  const bar = element('bar', HTMLProgressElement);
  bar.max = TTL_SECONDS / 2;
  bar.value = left;
  setText(part('seconds'), `${left}`);
}

function refresh(): Promise<void> {
  return inTurn(async () => {
    try {
      await showNext();
    } catch (error) {
      shown = undefined;
      for (const id of ['code', 'count', 'answering']) part(id).hidden = true;
      part('over').hidden = false;
      setText(part('over-zh'), '此设备无法亮码，请重新打开本页。');
      setText(part('over-en'), `This device cannot show codes (${isGovError(error) ? error.code : 'failed'}).`);
    }
  });
}

/** A page that nobody looks at uses up no codes. */
function isDue(): boolean {
  return document.visibilityState === 'visible' && shown !== undefined && secondsToNext(shown, clock()) === 0;
}

function choose(name: RoleName): Promise<void> {
  role = name;
  localStorage.setItem('role', name);
  shown = undefined;
  setText(part('whose'), `${ROLES[name].zh} ${ROLES[name].en}`);
  setText(part('lost-whose'), ROLES[name].zh);
  part('printed').hidden = true;
  return inTurn(renewIfThereIsANetwork).then(refresh);
}

function toggle(opener: HTMLButtonElement, panel: HTMLElement, open = panel.hidden): void {
  panel.hidden = !open;
  opener.setAttribute('aria-expanded', `${open}`);
}

/** Undefined for whatever else a camera sees. */
function challengeIn(text: string): Uint8Array | undefined {
  try {
    return readChallengeText(text);
  } catch (error) {
    if (isGovError(error)) return undefined;
    throw error;
  }
}

/** A gate's challenge among the texts that were read: the next code answers it. */
async function answerGate(texts: readonly string[]): Promise<boolean> {
  const found = texts.map(challengeIn).find((one) => one !== undefined);
  if (found === undefined) return false;
  challenge = found;
  camera.close();
  part('video').hidden = true;
  toggle(button('answer'), part('answer-panel'), false);
  await refresh();
  say('已应答，请对准闸机。', 'Answered: hold it to the gate.');
  part('shown').scrollIntoView();
  return true;
}

const NO_CHALLENGE = ['图片中没有闸机的挑战码。', 'There is no challenge of a gate in this picture.'] as const;
const NO_NETWORK = ['请联网后再试。', 'This needs a network.'] as const;

const select = element('role', HTMLSelectElement);
for (const [name, { zh, en }] of Object.entries(ROLES)) select.add(new Option(`${zh} ${en}`, name));
select.value = role;
select.addEventListener('change', () => isRoleName(select.value) && void choose(select.value));

button('refresh').addEventListener('click', () => void inTurn(renewIfThereIsANetwork).then(refresh));

button('voice').hidden = !Voice.isThere();
button('voice').setAttribute('aria-pressed', `${voice.isOn}`);
button('voice').addEventListener('click', () => {
  voice.isOn = !voice.isOn;
  button('voice').setAttribute('aria-pressed', `${voice.isOn}`);
  voice.say('语音播报已打开。');
});

button('answer').addEventListener('click', () => {
  toggle(button('answer'), part('answer-panel'));
  camera.close();
  part('video').hidden = true;
});
button('camera').hidden = !Camera.isThere();
button('camera').addEventListener('click', async () => {
  part('video').hidden = false;
  try {
    await camera.open((texts) => void answerGate(texts));
  } catch {
    part('video').hidden = true;
    say('无法使用相机，请选择图片。', 'No camera: choose a picture.');
  }
});
onPicture(element('picture', HTMLInputElement), part('answer-panel'), async (picture) => {
  const texts = await reader.read(picture).catch(() => []);
  if (!(await answerGate(texts))) say(...NO_CHALLENGE);
});

button('print').addEventListener('click', async () => {
  const panel = part('printed');
  if (!panel.hidden) return toggle(button('print'), panel, false);
  try {
    // It is drawn, and kept nowhere.
    const { text, expires } = (await post('/issuer/printed', { role })) as { text: string; expires: string };
    drawQr(image('paper'), text, 3);
    setText(part('paper-until'), `有效至 Until ${new Date(expires).toLocaleString('zh-CN', { hour12: false })}`);
    toggle(button('print'), panel, true);
    panel.scrollIntoView();
  } catch {
    say(...NO_NETWORK);
  }
});
button('to-printer').addEventListener('click', () => window.print());

button('lost').addEventListener('click', () => toggle(button('lost'), part('lost-panel')));
button('lost-yes').addEventListener('click', async () => {
  try {
    await post('/issuer/revoke', { role });
    await inTurn(() => device.forget({ role }));
    toggle(button('lost'), part('lost-panel'), false);
    await refresh();
    say('已挂失，原有的码全部作废。', 'Reported: all codes in this name have ended.');
  } catch {
    say(...NO_NETWORK);
  }
});

addEventListener(
  'online',
  () => void inTurn(renewIfThereIsANetwork).then(() => (shown === undefined ? refresh() : undefined)),
);
document.addEventListener('visibilitychange', () => isDue() && void refresh());
let ticks = 0;
setInterval(() => {
  tick();
  if (isDue()) void refresh();
  // Once a minute: nobody waits for the end of the delegation to find that there was a network.
  if (++ticks % 240 === 0) void inTurn(renewIfThereIsANetwork);
}, 250);

await Promise.all([choose(role), keepOffline()]);
