/** Where a Go program keeps what its own reflection reads: the sections of its ELF file and the version of its compiler. */

/** A little-endian 64-bit ELF executable that is loaded at fixed addresses. */
export interface GoBinary {
  /** As `go version` prints it: go1.25.7. */
  goVersion: string;
  /** Where a section is in memory, its size in bytes. Throws when there is none of that name. */
  section(name: string): { address: number; size: number };
  /** Bytes of the running program's memory. Throws RangeError outside what the file holds. */
  at(address: number, size: number): DataView;
}

/** Of the ELF specification: the file header, and section headers of 64 bytes. */
const ELF_MAGIC = 0x7f454c46;
const CLASS_64_BITS = 2;
const DATA_LITTLE_ENDIAN = 1;
const TYPE_FIXED_ADDRESSES = 2;
const SECTION_NO_BITS = 8;

interface Section {
  name: string;
  /** 0 for sections that are not in memory. */
  address: number;
  size: number;
  offset: number;
}

/** Throws for files of another form. */
export function readGoBinary(bytes: Uint8Array): GoBinary {
  const file = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (
    bytes.length < 64 ||
    file.getUint32(0) !== ELF_MAGIC ||
    file.getUint8(4) !== CLASS_64_BITS ||
    file.getUint8(5) !== DATA_LITTLE_ENDIAN
  ) {
    throw new Error('not a little-endian 64-bit ELF file');
  }
  // Elsewhere pointers are left for relocations to fill in.
  if (file.getUint16(16, true) !== TYPE_FIXED_ADDRESSES) throw new Error('not an executable of fixed addresses');
  const sections = readSections(file);
  const section = (name: string) => {
    const found = sections.find((each) => each.name === name);
    if (found === undefined) throw new Error(`the program has no section ${name}`);
    return found;
  };
  const inMemory = sections.filter((each) => each.address !== 0);
  const at = (address: number, size: number): DataView => {
    const home = inMemory.find((each) => address >= each.address && address + size <= each.address + each.size);
    if (home === undefined) throw new RangeError(`the file holds no ${size} bytes at 0x${address.toString(16)}`);
    return new DataView(bytes.buffer, bytes.byteOffset + home.offset + address - home.address, size);
  };
  return { goVersion: readGoVersion(at, section('.go.buildinfo')), section, at };
}

function readSections(file: DataView): Section[] {
  const start = Number(file.getBigUint64(40, true));
  const headerSize = file.getUint16(58, true);
  const count = file.getUint16(60, true);
  const header = (index: number) => new DataView(file.buffer, file.byteOffset + start + index * headerSize, headerSize);
  const namesAt = Number(header(file.getUint16(62, true)).getBigUint64(24, true));
  return Array.from({ length: count }, (_, index) => header(index))
    .filter((each) => each.getUint32(4, true) !== SECTION_NO_BITS)
    .map((each) => ({
      name: zeroTerminated(file, namesAt + each.getUint32(0, true)),
      address: Number(each.getBigUint64(16, true)),
      offset: Number(each.getBigUint64(24, true)),
      size: Number(each.getBigUint64(32, true)),
    }));
}

function zeroTerminated(file: DataView, at: number): string {
  let end = at;
  while (file.getUint8(end) !== 0) end += 1;
  return new TextDecoder().decode(new Uint8Array(file.buffer, file.byteOffset + at, end - at));
}

/** Build information begins with a header of 32 bytes; since Go 1.18 the version follows as its length and its text. */
function readGoVersion(at: GoBinary['at'], { address }: { address: number }): string {
  const length = at(address + 32, 1).getUint8(0);
  const text = at(address + 33, length);
  const version = new TextDecoder().decode(new Uint8Array(text.buffer, text.byteOffset, text.byteLength));
  if (!/^go\d+\.\d+/.test(version)) throw new Error('the program does not say which Go compiled it');
  return version;
}
