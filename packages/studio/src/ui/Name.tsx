/** A name of a test or a file, broken where its parts end if it has to be. */
export const Name = ({ of }: { readonly of: string }) => (
  <span class="mono">{of.split(/(?<=[._/])/u).map((part, i) => (i === 0 ? part : [<wbr key={i} />, part]))}</span>
)
