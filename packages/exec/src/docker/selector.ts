import { DbsaveError } from "@dbsave/core";

/**
 * Which container. `compose` is `project/service` and `label` is `key` or `key=value`: both find the container again after
 * it was recreated under another name. `name` is a name or an id.
 */
export type ContainerSelector = { readonly compose: string } | { readonly label: string } | { readonly name: string };

/** A selector that was checked: the labels that the container must have, or its name. */
export interface ContainerQuery {
  /** How messages call what is looked for. */
  readonly text: string;
  readonly labels?: readonly string[];
  readonly name?: string;
}

/** OPTIONS_INVALID when the selector cannot mean any container. */
export function parseSelector(selector: ContainerSelector): ContainerQuery {
  if ("compose" in selector) return parseCompose(selector.compose);
  if ("label" in selector) {
    if (/^=|^$/.test(selector.label)) throw invalid("label must be `key` or `key=value`", selector.label);
    return { text: `label ${selector.label}`, labels: [selector.label] };
  }
  if (!/^[A-Za-z0-9][\w.-]*$/.test(selector.name)) throw invalid("no name or id of a container", selector.name);
  return { text: `container ${selector.name}`, name: selector.name };
}

function parseCompose(text: string): ContainerQuery {
  const [project, service, ...more] = text.split("/");
  if (!project || !service || more.length > 0) throw invalid("compose must be `project/service`", text);
  return {
    text: `compose service ${text}`,
    labels: [`com.docker.compose.project=${project}`, `com.docker.compose.service=${service}`],
  };
}

function invalid(why: string, value: string): DbsaveError {
  return new DbsaveError("OPTIONS_INVALID", `docker: ${why}: ${JSON.stringify(value)}`);
}
