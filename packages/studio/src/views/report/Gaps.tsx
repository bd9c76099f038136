import type { Report, Standing } from "@stepwright/steps/ReportStep"
import { things } from "../../model/figures.ts"
import type { Links } from "../../model/report/links.ts"

const doing = (count: number, one: string, verb: string) => `${things(count, one)} ${verb}${count === 1 ? "s" : ""}`

/** What is covered and what is not, in sentences. */
export const Gaps = ({ links, report }: { readonly links: Links; readonly report: Report }) => {
  const of = (standing: Standing) => report.criteria.filter((criterion) => criterion.standing === standing).length
  const [tests, files] = [[...links.tests.values()], [...links.files.values()]]
  const loose = tests.filter(({ criteria }) => criteria.length === 0).length
  const silent = tests.filter(({ asserts }) => !asserts).length
  const unserving = files.filter((file) => !file.isTests && file.criteria.length === 0).length
  const rest = (["failed", "unproved", "untested"] as const).filter((standing) => of(standing) > 0)
  const { coverage, uncovered } = report
  return (
    <div class="gaps">
      <p>
        {of("passed") === report.criteria.length
          ? `All ${things(report.criteria.length, "criterion", "criteria")} are shown to be met.`
          : `Of ${things(report.criteria.length, "criterion", "criteria")} ${of("passed")} are shown to be met; ${rest
              .map(
                (standing) =>
                  `${of(standing)} ${standing === "untested" ? "without a test" : standing === "failed" ? "not met" : "not shown by their tests"}`
              )
              .join(", ")}.`}{" "}
        {coverage === undefined
          ? "Lines of code that ran in the tests were not counted."
          : coverage.ran === coverage.lines
            ? `All ${things(coverage.lines, "line")} of code ran in the tests.`
            : `${coverage.ran.toLocaleString("en")} of ${things(coverage.lines, "line")} of code ran in the tests.`}
        {loose === 0 ? null : ` ${doing(loose, "test", "check")} no criterion.`}
        {silent === 0 ? null : ` ${doing(silent, "test", "assert")} nothing.`}
        {unserving === 0 ? null : ` ${doing(unserving, "file", "serve")} no criterion.`}
      </p>
      {uncovered.length === 0 ? null : (
        <details>
          <summary>{things(uncovered.length, "passage")} of the documents that no criterion quotes</summary>
          <ul tabIndex={0} data-scrolls aria-label="Passages that no criterion quotes">
            {uncovered.map(({ document, line, text }, i) => (
              <li key={i}>
                <span class="quiet mono">
                  {document}:{line}
                </span>{" "}
                {text}
              </li>
            ))}
          </ul>
        </details>
      )}
    </div>
  )
}
