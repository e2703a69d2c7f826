/** What a crypto pool answers instead of signatures: `application/problem+json` (RFC 9457). */
import { type GovError, isGovError } from '@gov/verdict';
import { isProblemCode, PROBLEM_STATUS, type ProblemCode } from './protocol.js';

/** RFC 9110 15: the title of a problem without a type of its own is the phrase of its status. */
const PHRASES: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  404: 'Not Found',
  405: 'Method Not Allowed',
  413: 'Content Too Large',
  415: 'Unsupported Media Type',
  422: 'Unprocessable Content',
  429: 'Too Many Requests',
  500: 'Internal Server Error',
  503: 'Service Unavailable',
  504: 'Gateway Timeout',
};

export class Problem extends Error {
  readonly code: ProblemCode;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    code: ProblemCode,
    detail: string,
    status: number = PROBLEM_STATUS[code],
    headers: Readonly<Record<string, string>> = {},
  ) {
    super(detail);
    this.code = code;
    this.status = status;
    this.headers = headers;
  }

  toResponse(): Response {
    const { code, status } = this;
    const body = JSON.stringify({ type: 'about:blank', title: PHRASES[status], status, detail: this.message, code });
    return new Response(body, {
      status,
      headers: { 'content-type': 'application/problem+json', 'cache-control': 'no-store', ...this.headers },
    });
  }
}

/** Errors of signers may say anything: only their code goes out, and only where the protocol knows it. */
export function asProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  if (isGovError(error)) return ofGovError(error);
  return new Problem('internal', 'the pool failed');
}

function ofGovError({ code, message }: GovError): Problem {
  if (code === 'input-too-large') return new Problem(code, message);
  // The pool of threads behind this one is full.
  if (code === 'limit-exceeded') return new Problem('pool-busy', 'too many messages wait', 503, RETRY_SOON);
  if (isProblemCode(code)) return new Problem(code, 'the pool failed');
  return new Problem('internal', 'the pool failed');
}

export const RETRY_SOON = { 'retry-after': '1' } as const;
