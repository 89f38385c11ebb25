import { Option } from 'commander'

/** The API's address; without it, the one that the stack on the data folder left there. */
export function targetOption(): Option {
  return new Option('--target <url>', 'the API’s address (default: the one in the data folder’s outputs.json)')
}
