/** How far a gate's clock is off, by the codes that it sees (时钟偏差): of many devices most have the right time. */

/** Codes that the median is taken of, each of another delegation. */
const DRIFT_SAMPLES = 64;

/** Codes before anything is said. */
const DRIFT_LEAST_SAMPLES = 16;

export class ClockDrift {
  /** Seconds by tag, the oldest first. */
  readonly #samples = new Map<string, number>();
  #median: { readonly second: number; readonly seconds: number } | undefined;

  /** Of a code whose signatures verify, whatever its time is: a gate that is far off refuses them all. */
  note(tag: string, generated: Date, at: Date): void {
    // One device does not become many by showing often.
    this.#samples.delete(tag);
    this.#samples.set(tag, (generated.getTime() - at.getTime()) / 1000);
    if (this.#samples.size > DRIFT_SAMPLES) this.#samples.delete(this.#samples.keys().next().value!);
  }

  /** The median of generated − at, seconds, worked out anew once a second; undefined while there are too few. */
  seconds(at: Date): number | undefined {
    if (this.#samples.size < DRIFT_LEAST_SAMPLES) return undefined;
    const second = Math.floor(at.getTime() / 1000);
    if (this.#median?.second !== second) {
      const sorted = Float64Array.from(this.#samples.values()).sort();
      this.#median = { second, seconds: sorted[sorted.length >> 1]! };
    }
    return this.#median.seconds;
  }
}
