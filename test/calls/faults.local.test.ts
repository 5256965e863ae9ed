import { testFaults } from "../support/fault-suite.ts";

testFaults("local");
