import TestRunner from 'jest-runner';

/** Runs its test files one after the other; jest gives each runner its turn, so nothing else runs meanwhile. */
export default class SerialRunner extends TestRunner {
  isSerial = true;
}
