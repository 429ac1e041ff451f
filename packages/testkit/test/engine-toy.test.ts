import { toySubject } from "../src/engine/toy-subject.ts";
import { engineConformance } from "../src/index.ts";

engineConformance({ name: "toy", create: () => toySubject() });
