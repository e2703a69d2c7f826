/** Two sounds that nobody takes for each other: two short rising notes for yes, two long low ones for no. */
interface Note {
  readonly hertz: number;
  /** Seconds. */
  readonly from: number;
  readonly to: number;
  readonly wave: OscillatorType;
}

const YES: readonly Note[] = [
  { hertz: 880, from: 0, to: 0.12, wave: 'sine' },
  { hertz: 1320, from: 0.14, to: 0.32, wave: 'sine' },
];

const NO: readonly Note[] = [
  { hertz: 196, from: 0, to: 0.4, wave: 'square' },
  { hertz: 165, from: 0.5, to: 1, wave: 'square' },
];

export class Tones {
  #context: AudioContext | undefined;

  /** Browsers sound only after somebody touched the page. */
  async allow(): Promise<void> {
    this.#context ??= new AudioContext();
    await this.#context.resume();
  }

  play(answer: 'yes' | 'no'): void {
    const context = this.#context;
    if (context === undefined) return;
    for (const { hertz, from, to, wave } of answer === 'yes' ? YES : NO) {
      const [oscillator, volume] = [context.createOscillator(), context.createGain()];
      const now = context.currentTime;
      oscillator.type = wave;
      oscillator.frequency.value = hertz;
      volume.gain.setValueAtTime(0.25, now + from);
      // Without this end there is a click.
      volume.gain.exponentialRampToValueAtTime(0.001, now + to);
      oscillator.connect(volume).connect(context.destination);
      oscillator.start(now + from);
      oscillator.stop(now + to);
    }
  }
}
