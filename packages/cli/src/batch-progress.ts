/** How far a batch is: one line on standard error, on a terminal alone. */
import type { BatchProgress } from '@gov/e-license/batch';
import { printable } from './output.js';

export interface BatchLine {
  readonly checked: (rows: number) => void;
  readonly issued: (progress: BatchProgress) => void;
  readonly files: (licences: number) => void;
  /** What is being done, in words. */
  readonly doing: (what: string) => void;
  /** Takes the line away. */
  readonly done: () => void;
}

export function batchLine(lang: 'zh' | 'en'): BatchLine {
  const { stderr } = process;
  const zh = lang === 'zh';
  let last = 0;
  const show = (line: string): void => {
    if (stderr.isTTY !== true || Date.now() - last < 200) return;
    last = Date.now();
    stderr.write(`\r\x1b[K${printable(line)}`);
  };
  return {
    checked: (rows) => show(zh ? `已校验 ${rows} 行` : `${rows} rows checked`),
    issued: ({ done, total, perSecond, remainingMs }) => {
      const [rate, left] = [Math.round(perSecond), remainingMs === undefined ? '–' : duration(remainingMs)];
      show(
        zh
          ? `已签发 ${done}/${total}，${rate} 件/秒，剩余 ${left}`
          : `${done}/${total} issued, ${rate}/s, ${left} left`,
      );
    },
    files: (licences) => show(zh ? `已写出 ${licences} 件的文件` : `files of ${licences} licences`),
    doing: show,
    done: () => {
      if (stderr.isTTY === true && last > 0) stderr.write('\r\x1b[K');
    },
  };
}

/** `1:02:03`, `2:03`. */
function duration(ms: number): string {
  const seconds = Math.ceil(ms / 1000);
  const two = (value: number) => String(value).padStart(2, '0');
  const [h, m, s] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}
