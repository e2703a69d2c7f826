/** Nodes of a graph (RDF), before they are written in one form or another. Names are `prefix:name`, as in `NAMESPACES`. */

export type RdfValue =
  | { readonly iri: string }
  /** Chinese text. */
  | { readonly text: string }
  /** A code, or a typed value: `xsd:date`. */
  | { readonly value: string; readonly datatype?: string }
  | { readonly list: readonly RdfValue[] }
  | RdfNode;

export interface RdfNode {
  /** IRI; absent for a blank node, which stands in the place where it is used. */
  readonly id?: string;
  readonly types: readonly string[];
  /** In order; the same name may be there again. */
  readonly properties: readonly (readonly [name: string, value: RdfValue])[];
}
