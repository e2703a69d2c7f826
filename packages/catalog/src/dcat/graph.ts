/** A graph that was read, asked by names as `NAMESPACES` has them. */
import { type Literal, type NamedNode, type Quad, Store, type Term } from 'n3';
import { NAMESPACES } from './vocabulary.js';

/** `dct:title` in full. */
export function full(name: string): string {
  const colon = name.indexOf(':');
  return NAMESPACES[name.slice(0, colon) as keyof typeof NAMESPACES] + name.slice(colon + 1);
}

/** What the statements of a graph say of one node. */
export class Graph {
  readonly #store = new Store();

  add(quad: Quad): void {
    this.#store.addQuad(quad);
  }

  get size(): number {
    return this.#store.size;
  }

  /** Nodes of a type, in the order in which the graph names them. */
  ofType(type: string): Term[] {
    return this.#store.getSubjects(full('rdf:type'), full(type), null);
  }

  objects(subject: Term, name: string): Term[] {
    return this.#store.getObjects(subject, full(name), null);
  }

  object(subject: Term | undefined, name: string): Term | undefined {
    return subject && this.objects(subject, name)[0];
  }

  /** The text of a property: Chinese where there are several languages. */
  text(subject: Term | undefined, name: string): string | undefined {
    const texts = (subject === undefined ? [] : this.objects(subject, name)).filter(isLiteral);
    return (texts.find(({ language }) => /^zh\b/i.test(language)) ?? texts[0])?.value;
  }

  texts(subject: Term, name: string): string[] {
    return this.objects(subject, name)
      .filter(isLiteral)
      .map(({ value }) => value);
  }

  iri(subject: Term | undefined, name: string): string | undefined {
    return (subject === undefined ? [] : this.objects(subject, name)).find(isNamed)?.value;
  }

  /** Members of an RDF list; undefined for what is none, or has no end. */
  list(head: Term | undefined, most: number): Term[] | undefined {
    const members: Term[] = [];
    let at = head;
    while (at !== undefined && at.value !== full('rdf:nil')) {
      const first = this.object(at, 'rdf:first');
      if (first === undefined || members.length >= most) return undefined;
      members.push(first);
      at = this.object(at, 'rdf:rest');
    }
    return at === undefined ? undefined : members;
  }
}

const isLiteral = (term: Term): term is Literal => term.termType === 'Literal';
export const isNamed = (term: Term): term is NamedNode => term.termType === 'NamedNode';
