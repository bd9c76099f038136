/** What has no members. An interface, as a type literal without members would have any index signature. */
export interface Nothing {}

/**
 * `Nothing extends Some<Names>` is true where there are no names, and never in generic code, which leaves that open. So
 * the compiler tells of a mistake only where it sees one.
 */
// as names of a mapped type, as there alone the compiler does not take open ones for none
export type Some<Names extends PropertyKey> = { [_ in "" as Names]: never }
