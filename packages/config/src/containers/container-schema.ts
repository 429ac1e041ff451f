import * as z from "zod";

/** Which container a server is in. Exactly one of compose, label and name. */
export const containerSchema = z
  .strictObject({
    compose: z
      .string()
      .regex(/^[^/\s]+\/[^/\s]+$/, { error: "expected project/service" })
      .exactOptional()
      .describe("`project/service` of Docker Compose."),
    label: z
      .string()
      .regex(/^[^=\s][^\0]*$/, { error: "expected key or key=value" })
      .exactOptional()
      .describe("`key=value`, a label that only this container has."),
    name: z
      .string()
      .regex(/^[A-Za-z0-9][\w.-]*$/, { error: "expected the name or id of a container" })
      .exactOptional()
      .describe("Name or id of the container."),
    network: z.string().min(1).exactOptional().describe("Which of its networks to connect through."),
  })
  .refine(({ compose, label, name }) => [compose, label, name].filter((way) => way !== undefined).length === 1, {
    when: ({ value }) => typeof value === "object" && value !== null,
    error: "expected exactly one of compose, label and name",
  })
  .meta({ oneOf: [{ required: ["compose"] }, { required: ["label"] }, { required: ["name"] }] });

export type ContainerSettings = z.infer<typeof containerSchema>;
