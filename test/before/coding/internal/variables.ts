import * as PromptTemplateVariable from "@stepwright/core/PromptTemplateVariable"

/** An input, between the tokens of which every prompt speaks. */
export const section = (description: string) => ({
  description,
  delimiter: PromptTemplateVariable.between("$start$", "$end$")
})

export const wholeReply = { description: "a whole reply, as the parser prints it" }
