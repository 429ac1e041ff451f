import { DbsaveError, Secret } from "@dbsave/core";
import type Docker from "dockerode";
import { connectDocker } from "./connect.ts";
import { dockerFailure } from "./docker-failure.ts";
import { type FindContainerOptions, inspectContainer } from "./find-container.ts";
import { type ContainerSelector, parseSelector } from "./selector.ts";
import { shortExec } from "./short-exec.ts";

/**
 * What a container was told when it was created: the value of each variable of `names`, or the text of the file inside that
 * `NAME_FILE` names, as official images take them; those without a value are left out. Each may be a password.
 *
 * Fails as `findContainer`, and with SECRET_UNAVAILABLE when a file cannot be read inside the container.
 */
export async function containerVariables<Name extends string>(
  container: ContainerSelector,
  names: readonly Name[],
  options: FindContainerOptions,
): Promise<{ readonly [K in Name]?: Secret }> {
  const engine = connectDocker(options);
  const query = parseSelector(container);
  const { Id, Config } = await inspectContainer(engine, query, options.signal);
  const variables = new Map((Config.Env ?? []).map(split));
  const values: { [K in Name]?: Secret } = {};
  for (const name of names) {
    const file = variables.get(`${name}_FILE`);
    const given = variables.get(name);
    if (given) values[name] = new Secret(given);
    else if (file) {
      const docker = await engine.docker();
      values[name] = await readInside(docker.getContainer(Id), file, options.signal).catch((error: unknown) => {
        throw dockerFailure(error, `${query.text}: ${name}_FILE`, engine.address);
      });
    }
  }
  return values;
}

function split(variable: string): readonly [name: string, value: string] {
  const at = variable.indexOf("=");
  return [variable.slice(0, at), variable.slice(at + 1)];
}

/** By root: such files are often closed to everybody else. One line end is dropped, as the images do. */
async function readInside(container: Docker.Container, file: string, signal: AbortSignal): Promise<Secret> {
  const { output, exitCode } = await shortExec(container, ["cat", "--", file], "0", signal);
  if (exitCode !== 0)
    throw new DbsaveError("SECRET_UNAVAILABLE", `docker: cannot be read inside the container: ${file}`);
  return new Secret(output.replace(/\r?\n$/, ""));
}
