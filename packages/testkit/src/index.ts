export { readToyData, type ToyData, writeToyData } from "./engine/toy-data.ts";
export { type ToyOptions, toyEngine } from "./engine/toy-engine.ts";
