import { runnerContract } from "./runner_contract.ts";

runnerContract("postgres");
