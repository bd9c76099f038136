// What the packages export, as text: `npm run api` writes it to `packages/<name>/api.md`, the check `api` compares.
// It is made of the declarations that TypeScript emits for each public module, without comments, by name.
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs"
import { dirname, join, posix } from "node:path"
import ts from "typescript-6.0"
import { compile, packages } from "./packed.ts"

/** A declaration by the file that holds it and its name there. */
interface Place {
  readonly file: string
  readonly name: string
}

interface Source {
  readonly node: ts.SourceFile
  readonly declarations: Map<string, Array<ts.Statement>>
  /** What each name stands for that comes from elsewhere; the whole of a file where its name is `*`. */
  readonly imports: Map<string, Place>
  /** What each exported name is called inside the file, or where it comes from. */
  readonly exports: Map<string, Place>
}

/** The emitted declarations of a package by the paths of their sources, such as `./internal/run/drive.ts`. */
export type Declarations = ReadonlyMap<string, string>

/** A public declaration that mentions a file which the package closes. */
export interface Leak {
  readonly declaration: string
  /** The file and what is mentioned of it. */
  readonly mentions: string
  /** Under which public name it can be had all the same. */
  readonly publicly: string | undefined
}

export interface Api {
  readonly text: string
  readonly leaks: ReadonlyArray<Leak>
}

const printer = ts.createPrinter({ removeComments: true })

const hasModifier = (node: ts.Statement, kind: ts.SyntaxKind) =>
  ts.canHaveModifiers(node) && (ts.getModifiers(node) ?? []).some((modifier) => modifier.kind === kind)

/** A path as seen from the package's folder of sources; that of another package stays as it is. */
const resolve = (from: string, specifier: string) =>
  specifier.startsWith(".") ? `./${posix.join(posix.dirname(from), specifier)}` : specifier

const nameOf = (node: ts.Statement): ReadonlyArray<string> => {
  if (ts.isVariableStatement(node)) {
    return node.declarationList.declarations.map(({ name }) => name.getText())
  }
  const { name } = node as ts.DeclarationStatement
  return name === undefined ? [] : [name.text]
}

const read = (file: string, text: string): Source => {
  const node = ts.createSourceFile(file, text, ts.ScriptTarget.ES2024, true)
  const source: Source = { node, declarations: new Map(), imports: new Map(), exports: new Map() }
  for (const statement of node.statements) {
    const from =
      (ts.isImportDeclaration(statement) || ts.isExportDeclaration(statement)) &&
      statement.moduleSpecifier !== undefined &&
      ts.isStringLiteral(statement.moduleSpecifier)
        ? resolve(file, statement.moduleSpecifier.text)
        : undefined
    if (ts.isImportDeclaration(statement)) {
      const bindings = statement.importClause?.namedBindings
      const { name } = statement.importClause ?? {}
      if (name !== undefined) source.imports.set(name.text, { file: from!, name: "default" })
      if (bindings === undefined) continue
      if (ts.isNamespaceImport(bindings)) source.imports.set(bindings.name.text, { file: from!, name: "*" })
      else {
        for (const { name, propertyName = name } of bindings.elements) {
          source.imports.set(name.text, { file: from!, name: propertyName.text })
        }
      }
    } else if (ts.isExportDeclaration(statement)) {
      const clause = statement.exportClause
      if (clause === undefined || ts.isNamespaceExport(clause)) {
        throw new Error(`${file}: only index.ts may export a whole module`)
      }
      for (const { name, propertyName = name } of clause.elements) {
        source.exports.set(name.text, { file: from ?? file, name: propertyName.text })
      }
    } else {
      for (const name of nameOf(statement)) {
        source.declarations.set(name, [...(source.declarations.get(name) ?? []), statement])
        if (hasModifier(statement, ts.SyntaxKind.ExportKeyword)) source.exports.set(name, { file, name })
      }
    }
  }
  return source
}

/** A union by the text of its members: the compiler writes an inferred one as it comes upon them, now so and now so. */
const inOrder = (union: ts.UnionTypeNode, { node }: Source): ts.UnionTypeNode => {
  const textOf = (type: ts.TypeNode) => printer.printNode(ts.EmitHint.Unspecified, type, node)
  const types = union.types.map((type) => [textOf(type), type] as const).toSorted(([a], [b]) => compare(a, b))
  return ts.factory.createUnionTypeNode(types.map(([, type]) => type))
}

/** The public modules of a package as a text, and what of it lies in files that the package closes. */
export const apiOf = (packageName: string, declarations: Declarations): Api => {
  const sources = new Map<string, Source>()
  const sourceOf = (file: string): Source | undefined => {
    const text = declarations.get(file)
    if (text === undefined) return undefined
    if (!sources.has(file)) sources.set(file, read(file, text))
    return sources.get(file)
  }
  /** Where a name is declared, however many files hand it on. */
  const origin = (place: Place): Place => {
    const source = sourceOf(place.file)
    if (source === undefined || place.name === "*" || source.declarations.has(place.name)) return place
    const exported = source.exports.get(place.name)
    const next = exported === undefined || same(exported, place) ? source.imports.get(place.name) : exported
    return next === undefined ? place : origin(next)
  }
  const modules = [...declarations.keys()]
    .filter((file) => /^\.\/(?:testing\/)?\w+\.ts$/.test(file) && !/(?:\/index|^\.\/main)\.ts$/.test(file))
    .toSorted()
  const publicNames = new Map<string, Place>()
  for (const file of modules) {
    for (const name of sourceOf(file)!.exports.keys()) {
      const key = keyOf(origin({ file, name }))
      if (!publicNames.has(key)) publicNames.set(key, { file, name })
    }
  }

  const leaks: Array<Leak> = []
  const sections = modules.map((file) => {
    const module = file.slice(2, -3)
    const mention = (place: Place, by: string) => {
      if (!place.file.startsWith("./") || modules.includes(place.file)) return
      const named = publicNames.get(keyOf(place))
      const publicly = named && `${named.file.slice(2, -3)}.${named.name}`
      const leak = { declaration: `${module}.${by}`, mentions: keyOf(place), publicly }
      if (!leaks.some(({ declaration, mentions }) => declaration === leak.declaration && mentions === leak.mentions)) {
        leaks.push(leak)
      }
    }
    return `## ${module}\n\n\`\`\`ts\n${moduleText(file, sourceOf, origin, publicNames, mention)}\n\`\`\`\n`
  })
  const heading = `# The API of ${packageName}\n\nWritten by \`npm run api\`: what the public modules export, by name.\n`
  return { text: [heading, ...sections].join("\n"), leaks }
}

const keyOf = ({ file, name }: Place) => `${file} ${name}`
const same = (a: Place, b: Place) => keyOf(a) === keyOf(b)

const moduleText = (
  file: string,
  sourceOf: (file: string) => Source | undefined,
  origin: (place: Place) => Place,
  publicNames: ReadonlyMap<string, Place>,
  mention: (place: Place, by: string) => void
): string => {
  const exported = new Map([...sourceOf(file)!.exports.keys()].map((name) => [name, origin({ file, name })]))
  const isExported = (place: Place) => [...exported].some(([name, each]) => same(each, place) && name === place.name)
  const imports = new Map<string, Place>()
  const texts = new Map<string, { readonly name: string; readonly isPrivate: boolean; readonly text: string }>()

  const add = (place: Place) => {
    const key = keyOf(place)
    if (texts.has(key)) return
    const source = sourceOf(place.file)!
    const isPrivate = !isExported(place)
    texts.set(key, { name: place.name, isPrivate, text: "" })
    const text = (source.declarations.get(place.name) ?? []).map((node) => print(node, place, source)).join("\n")
    texts.set(key, { name: place.name, isPrivate, text: isPrivate ? text.replace(/^export /gm, "") : text })
  }

  /** Another file's name: this module's own, a public module's, or one that is closed. `member` is one of a whole file. */
  const use = (local: string, place: Place, member: string | undefined, by: string) => {
    const found = origin(place)
    if (isExported(found) && found.name === local) return
    mention(place.name === "*" && member !== undefined ? origin({ file: place.file, name: member }) : found, by)
    imports.set(local, publicNames.get(keyOf(found)) ?? found)
  }

  const print = (statement: ts.Statement, { file: at, name: by }: Place, source: Source): string => {
    const bases = new Map<string, string>()
    const visit = (node: ts.Node): ts.Node => {
      if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) {
        const from = resolve(at, (node.argument.literal as ts.StringLiteral).text)
        const first = node.qualifier?.getText().split(".")[0] ?? "*"
        const found = origin({ file: from, name: first })
        mention(found, by)
        const { file } = publicNames.get(keyOf(found)) ?? { file: from }
        const argument = ts.factory.createLiteralTypeNode(ts.factory.createStringLiteral(file))
        const typeArguments = node.typeArguments?.map((each) => ts.visitNode(each, visit) as ts.TypeNode)
        const { attributes, isTypeOf, qualifier } = node
        return ts.factory.updateImportTypeNode(
          node,
          argument,
          attributes,
          qualifier,
          typeArguments && ts.factory.createNodeArray(typeArguments),
          isTypeOf
        )
      }
      if (ts.isIdentifier(node) && isReference(node)) {
        const name = node.text
        const base = name.endsWith("_base") ? source.declarations.get(name)?.[0] : undefined
        const type = base && ts.isVariableStatement(base) ? base.declarationList.declarations[0]!.type : undefined
        if (type !== undefined)
          bases.set(name, printer.printNode(ts.EmitHint.Unspecified, ts.visitNode(type, visit)!, source.node))
        else if (source.declarations.has(name)) add({ file: at, name })
        else if (source.imports.has(name)) use(name, source.imports.get(name)!, memberOf(node), by)
      }
      const visited = ts.visitEachChild(node, visit, undefined)
      if (ts.isUnionTypeNode(visited)) return inOrder(visited, source)
      return ts.isTupleTypeNode(visited) ? ts.setEmitFlags(visited, ts.EmitFlags.SingleLine) : visited
    }
    const text = printer.printNode(ts.EmitHint.Unspecified, ts.visitNode(statement, visit)!, source.node)
    return text.replace(/(?<= extends )\w+_base\b/, (name) => bases.get(name) ?? name)
  }

  for (const place of exported.values()) {
    if (sourceOf(place.file) !== undefined) add(place)
  }
  const renamed = [...exported].flatMap(([name, place]) => {
    const isHere = sourceOf(place.file) !== undefined
    if (place.name === name && isHere) return []
    return [`export { ${place.name} as ${name} }${isHere ? "" : ` from "${place.file}"`}`]
  })
  const byName = [...texts.values()].toSorted(
    (a, b) => Number(a.isPrivate) - Number(b.isPrivate) || compare(a.name, b.name)
  )
  return [importLines(imports), byName.map(({ text }) => text).join("\n"), renamed.toSorted().join("\n")]
    .filter((part) => part !== "")
    .join("\n\n")
}

const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0)

const importLines = (imports: ReadonlyMap<string, Place>): string =>
  [...imports]
    .map(([local, { file, name }]) => {
      if (name === "*") return `import * as ${local} from "${file}"`
      return `import { ${name === local ? name : `${name} as ${local}`} } from "${file}"`
    })
    .toSorted()
    .join("\n")

/** What is taken of a namespace. */
const memberOf = ({ parent }: ts.Identifier): string | undefined => {
  if (ts.isQualifiedName(parent)) return parent.right.text
  return ts.isPropertyAccessExpression(parent) ? parent.name.text : undefined
}

/** Whether an identifier names something of its file, rather than a property, a parameter or what it declares. */
const isReference = (node: ts.Identifier): boolean => {
  const { parent } = node
  if (parent === undefined) return false
  if (ts.isQualifiedName(parent)) return parent.left === node
  if (ts.isPropertyAccessExpression(parent)) return parent.expression === node
  return (
    (ts.isTypeReferenceNode(parent) && parent.typeName === node) ||
    (ts.isTypeQueryNode(parent) && parent.exprName === node) ||
    (ts.isExpressionWithTypeArguments(parent) && parent.expression === node) ||
    (ts.isComputedPropertyName(parent) && parent.expression === node) ||
    (ts.isTypePredicateNode(parent) && parent.parameterName !== node)
  )
}

/** What differs between two descriptions of a package, by module, and the names that are no longer there. */
export const difference = (
  before: string,
  after: string
): { readonly lines: ReadonlyArray<string>; readonly gone: ReadonlyArray<string> } => {
  const [old, now] = [linesOf(before), linesOf(after)]
  const names = ({ module, line }: Line) => {
    const [, name] =
      /^export (?:declare )?(?:abstract )?(?:const|function|class|interface|type|namespace|enum) (\w+)/.exec(line) ?? []
    const [, renamed] = /^export \{ \w+ as (\w+) \}/.exec(line) ?? []
    return [name ?? renamed].flatMap((name) => (name === undefined ? [] : [`${module}.${name}`]))
  }
  const still = new Set(now.flatMap(names))
  const modules = [...new Set([...old, ...now].map(({ module }) => module))].toSorted()
  const lines = modules.flatMap((module) => {
    const [was, is] = [old, now].map((lines) => lines.filter((each) => each.module === module).map(({ line }) => line))
    const changed = [...without(was!, is!).map((line) => `- ${line}`), ...without(is!, was!).map((line) => `+ ${line}`)]
    return changed.length === 0 ? [] : [module, ...changed]
  })
  return { lines, gone: [...new Set(old.flatMap(names))].filter((name) => !still.has(name)) }
}

interface Line {
  readonly module: string
  readonly line: string
}

const linesOf = (text: string): ReadonlyArray<Line> => {
  let module = ""
  return text.split("\n").flatMap((line) => {
    const heading = /^## ([\w/]+)$/.exec(line)
    if (heading !== null) module = heading[1]!
    return heading !== null || /^(?:```.*)?$/.test(line) ? [] : [{ module, line }]
  })
}

/** Those of the first lines that are not among the others, each as often as it is there more often. */
const without = (lines: ReadonlyArray<string>, others: ReadonlyArray<string>): ReadonlyArray<string> => {
  const left = new Map<string, number>()
  for (const line of others) left.set(line, (left.get(line) ?? 0) + 1)
  return lines.filter((line) => {
    const count = left.get(line) ?? 0
    left.set(line, count - 1)
    return count <= 0
  })
}

const root = dirname(import.meta.dirname)

/** The declarations of all packages, as they are built: the check `types` has done that before. */
const emitted = (): ReadonlyMap<string, Declarations> => {
  compile()
  return new Map(
    packages.map((name) => {
      const folder = join(root, "packages", name, "dist")
      const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".d.ts"))
      return [
        name,
        new Map(
          files.map((file) => [
            `./${file.replaceAll("\\", "/").replace(/\.d\.ts$/, ".ts")}`,
            readFileSync(join(folder, file), "utf8")
          ])
        )
      ]
    })
  )
}

const mostLines = 40

const check = (name: string, before: string, after: string): ReadonlyArray<string> => {
  const { gone, lines } = difference(before, after)
  const rest = lines.length > mostLines ? [`… and ${lines.length - mostLines} more lines`] : []
  return [
    `packages/${name}/api.md is not what @stepwright/${name} exports:`,
    ...lines.slice(0, mostLines),
    ...rest,
    `If that is meant, run \`npm run api\` and commit what it writes.`,
    ...(gone.length === 0
      ? []
      : [`${gone.join(", ")} went away: add a changeset (\`npm run changeset\`) with a table of old and new names.`])
  ]
}

const main = (isWriting: boolean): number => {
  let status = 0
  for (const [name, declarations] of emitted()) {
    const file = join(root, "packages", name, "api.md")
    const before = existsSync(file) ? readFileSync(file, "utf8") : ""
    const { leaks, text } = apiOf(`@stepwright/${name}`, declarations)
    if (isWriting) {
      writeFileSync(file, text)
      for (const { declaration, mentions, publicly } of leaks) {
        const hint = publicly === undefined ? "has no public name" : `is ${publicly}`
        console.log(`@stepwright/${name} ${declaration} mentions ${mentions}, which ${hint}`)
      }
    } else if (before !== text) {
      console.log(check(name, before, text).join("\n"))
      status = 1
    }
  }
  return status
}

if (import.meta.main) {
  try {
    process.exitCode = main(process.argv[2] === "write")
  } catch (error) {
    console.error(error instanceof Error ? error.message : error)
    process.exitCode = 1
  }
}
