import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Step from "@stepwright/core/Step"
import * as Workflow from "@stepwright/core/Workflow"
import * as ArchitectureDesignStep from "./ArchitectureDesignStep.ts"
import { ArchitectureDesign } from "./ArchitectureDesignStep.ts"
import * as DesignChangeStep from "./DesignChangeStep.ts"
import * as DocumentDeltaStep from "./DocumentDeltaStep.ts"
import * as markdown from "./internal/markdown.ts"
import { type Document, Project } from "./Project.ts"
import * as SamplesStep from "./SamplesStep.ts"
import * as SpecificationChangeWorkflow from "./SpecificationChangeWorkflow.ts"
import { criteriaOf, isAssumed, Specification } from "./TraceStep.ts"

/** What a person is asked before anything is built on it, one thing a line. */
export const Question = Schema.String

/** What the person says, in whole sentences, or that all is right as it is assumed. */
export const Answer = Schema.String.annotate({ description: "what is to be otherwise, in whole sentences, or ok" })

const questionOf = (parts: Readonly<Record<string, ReadonlyArray<string>>>): string => {
  const sections = Object.entries(parts).flatMap(([heading, items]) => markdown.section(heading, items))
  const found = sections.length === 0 ? ["Nothing is open, and nothing was assumed."] : sections
  return markdown.paragraphs([...found, "Say what is to be otherwise, in whole sentences, or ok."])
}

/** What was said, and whether anything was. */
const Answered = Schema.Struct({ text: Schema.String, isGiven: Schema.Boolean })

/**
 * What a specification is taken from: the documents, and the design that is decided, which has names that they may lack;
 * and what is to be agreed to.
 */
export const wanted = Step.effect("wanted", {
  input: Schema.Struct({ project: Project }),
  output: Schema.Struct({ documents: Project.fields.documents, spec: Schema.Boolean, design: Schema.Boolean }),
  run: ({ project: { design, documents, review = [] } }) =>
    Effect.succeed({
      documents: [...documents, ...design],
      spec: review.includes("spec"),
      design: review.includes("design")
    })
})

const heard = Step.effect("heard", {
  input: Schema.Struct({ answer: Answer }),
  output: Answered,
  run: ({ answer }) => {
    // a mark of a heading would make it none of the sentences that criteria can quote
    const text = answer.replaceAll(/^ {0,3}#+\s*/gm, "").trim()
    return Effect.succeed({ text, isGiven: !/^(?:ok(?:ay)?|yes|agreed?)?[.!]?$/i.test(text) })
  }
})

const asked = Workflow.make("asked", { input: Schema.Struct({ question: Question }) }).pipe(
  Workflow.gate("answer", { question: Question, input: "input.question", decision: Answer }),
  Workflow.andThen(heard)
)

/** A name that none of some documents has: `answers.md`, `answers-2.md`, … */
const freeName = (documents: ReadonlyArray<Document>, n = 1): string => {
  const path = n === 1 ? "answers.md" : `answers-${n}.md`
  return documents.some((document) => document.path === path) ? freeName(documents, n + 1) : path
}

/** The documents with what was answered as one of them, since that is what the author says. */
const withAnswers = Step.effect("with-answers", {
  input: Schema.Struct({ documents: Project.fields.design, answers: Answered }),
  output: Project.fields.design,
  run: ({ answers, documents }): Effect.Effect<ReadonlyArray<Document>> =>
    Effect.succeed(answers.isGiven ? [...documents, { path: freeName(documents), text: answers.text }] : documents)
})

const specificationQuestion = Step.effect("question", {
  input: Schema.Struct({ specification: Specification }),
  output: Question,
  run: ({ specification }) => {
    const { assumptions, contradictions, openQuestions } = specification.requirement
    const assumed = criteriaOf(specification.requirement).filter(({ id }) => isAssumed(specification, id))
    return Effect.succeed(
      questionOf({
        "Open questions": openQuestions,
        Contradictions: contradictions.map(({ assumed, first, second }) => `${first} / ${second} Assumed: ${assumed}`),
        Assumed: [...assumed.map(({ id, text }) => `${id}: ${text}`), ...assumptions]
      })
    )
  }
})

const askedSpecification = Workflow.make("agreement", {
  input: Schema.Struct({
    documents: Project.fields.documents,
    samples: SamplesStep.Shown,
    specification: Specification
  })
}).pipe(
  Workflow.bind("question", specificationQuestion, { specification: "input.specification" }),
  Workflow.bind("answers", asked, { question: "question" }),
  Workflow.bind("documents", withAnswers, { documents: "input.documents", answers: "answers" }),
  Workflow.bind("delta", DocumentDeltaStep.step, {
    earlier: "input.documents",
    specification: "input.specification",
    documents: "documents"
  }),
  Workflow.branch("changed", {
    on: "answers.isGiven",
    cases: SpecificationChangeWorkflow.cases,
    input: { documents: "documents", samples: "input.samples", specification: "input.specification", delta: "delta" }
  })
)

/**
 * Lets a person say what is right of what was assumed of a specification, where that is wanted. The answers are a document
 * from then on, and the specification changes where they touch it.
 */
export const specification = {
  true: askedSpecification,
  false: Step.effect("unasked", {
    input: Schema.Struct({ documents: Project.fields.documents, specification: Specification }),
    output: Schema.Struct({
      documents: Project.fields.design,
      changed: Schema.Struct({ specification: Specification })
    }),
    run: ({ documents, specification }) => Effect.succeed({ documents, changed: { specification } })
  })
}

const designQuestion = Step.effect("question", {
  input: Schema.Struct({ design: ArchitectureDesign }),
  output: Question,
  run: ({ design: { absent, assumptions, dependencies, files, modules } }) =>
    Effect.succeed(
      questionOf({
        Files: [...modules, ...files].map(({ path, purpose }) => `${path}: ${purpose}`),
        "Not delivered": absent.map(({ path, reason }) => `${path}: ${reason}`),
        Packages: dependencies.map(({ name, reason }) => `${name}: ${reason}`),
        Assumed: assumptions
      })
    )
})

/** What a person says of a design, for whoever changes it: it may be about any part of it. */
const said = Step.effect("said", {
  input: Schema.Struct({ answers: Answered, specification: Specification }),
  output: Schema.Struct({ changes: Schema.String, touched: Schema.Array(Schema.String) }),
  run: ({ answers, specification }) =>
    Effect.succeed({
      changes: `The author says: ${answers.text}`,
      touched: criteriaOf(specification.requirement).map(({ id }) => id)
    })
})

const keptDesign = Step.effect("kept-design", {
  input: Schema.Struct({ design: ArchitectureDesign }),
  output: ArchitectureDesign,
  run: ({ design }) => Effect.succeed(design)
})

/** Changes a design, or leaves it as it is. */
export const designChange = {
  true: Workflow.make("design-change", { input: DesignChangeStep.Input }).pipe(
    Workflow.bind("change", DesignChangeStep.step, "input"),
    Workflow.andThen(DesignChangeStep.applied)
  ),
  false: keptDesign
}

const agreed = Step.effect("agreed", {
  input: Schema.Struct({ changed: ArchitectureDesign }),
  output: ArchitectureDesign,
  run: ({ changed }) => Effect.succeed(changed)
})

const askedDesign = Workflow.make("agreement", {
  input: Schema.Struct({ ...ArchitectureDesignStep.Input.fields, design: ArchitectureDesign })
})
  .pipe(
    Workflow.bind("question", designQuestion, { design: "input.design" }),
    Workflow.bind("answers", asked, { question: "question" }),
    Workflow.bind("given", withAnswers, { documents: "input.given", answers: "answers" }),
    Workflow.bind("said", said, { answers: "answers", specification: "input.specification" }),
    Workflow.branch("changed", {
      on: "answers.isGiven",
      cases: designChange,
      input: {
        documents: "input.documents",
        given: "given",
        samples: "input.samples",
        specification: "input.specification",
        design: "input.design",
        changes: "said.changes",
        touched: "said.touched"
      }
    })
  )
  .pipe(Workflow.andThen(agreed))

/** Lets a person say what is to be otherwise in a design, where that is wanted. */
export const design = { true: askedDesign, false: keptDesign }

/** The steps that are made here, by the names that a definition as data has for them. */
export const steps = {
  wanted,
  heard,
  "with-answers": withAnswers,
  "specification-question": specificationQuestion,
  unasked: specification.false,
  "design-question": designQuestion,
  said,
  "kept-design": keptDesign,
  agreed
}
