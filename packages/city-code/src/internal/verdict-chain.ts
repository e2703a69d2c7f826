/** How lines of a verdict log hang together: docs/formats/city-code-verdict-log.md. */
import { sm3 } from '@gov/sm';

const utf8 = new TextEncoder();

export const isGateName = (name: string): boolean => /^[A-Za-z0-9._/-]{1,64}$/.test(name);

/** Before the first line: logs of two gates have nothing in common. */
export const firstHead = (gate: string): Uint8Array => sm3(utf8.encode(`gov-city-code/verdict-log/1\0${gate}`));

/** After one more line. */
export const chained = (head: Uint8Array, line: string): Uint8Array => sm3(head, utf8.encode(line));

/** What a checkpoint is signed over: so many lines of this gate lead to this head. */
export const checkpointOctets = (gate: string, position: number, head: string, time: string): Uint8Array =>
  utf8.encode(`gov-city-code/verdict-log-checkpoint/1\0${gate}\n${position}\n${head}\n${time}`);
