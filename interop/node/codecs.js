// The codecs that kafkajs leaves to plug-ins: snappy (xerial framing, as Java writes it), lz4 frames, zstd.

const { CompressionCodecs, CompressionTypes } = require('kafkajs')
const snappy = require('snappyjs')
const lz4 = require('lz4js')
const xxh32 = require('lz4js/xxh32')

const XERIAL_MAGIC = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0x00])
const XERIAL_HEADER_BYTES = 16
const LZ4_INDEPENDENT_BLOCKS = 0x20
const LZ4_BLOCK_BYTES = 4 << 20

function compressSnappy(plain) {
  const block = Buffer.from(snappy.compress(plain))
  const header = Buffer.alloc(XERIAL_HEADER_BYTES + 4)
  XERIAL_MAGIC.copy(header)
  header.writeInt32BE(1, 8) // version
  header.writeInt32BE(1, 12) // oldest version that can read it
  header.writeInt32BE(block.length, XERIAL_HEADER_BYTES)
  return Buffer.concat([header, block])
}

function decompressSnappy(packed) {
  if (!packed.subarray(0, XERIAL_MAGIC.length).equals(XERIAL_MAGIC)) return Buffer.from(snappy.uncompress(packed))
  const blocks = []
  for (let position = XERIAL_HEADER_BYTES; position < packed.length; ) {
    const length = packed.readInt32BE(position)
    position += 4
    blocks.push(Buffer.from(snappy.uncompress(packed.subarray(position, position + length))))
    position += length
  }
  return Buffer.concat(blocks)
}

// lz4js leaves the flag "blocks are independent" unset, which Kafka requires. Up to the block size of 4 MiB the
// frame has one block, so the flag is true: it is set here and the header's checksum made anew.
function compressLz4(plain) {
  const frame = Buffer.from(lz4.compress(plain))
  if (plain.length > LZ4_BLOCK_BYTES) throw new Error(`${plain.length} bytes are more than one lz4 block`)
  frame[4] |= LZ4_INDEPENDENT_BLOCKS
  frame[6] = (xxh32.hash(0, frame, 4, 2) >> 8) & 0xff
  return frame
}

function codec(compress, decompress) {
  return () => ({ compress: async encoder => compress(encoder.buffer), decompress: async buffer => decompress(buffer) })
}

/** Registers all four; zstd is WebAssembly and has to be loaded first. */
async function registerCodecs() {
  // An ES module: `import` does not look along NODE_PATH, `require.resolve` does.
  const { Zstd } = await import(require.resolve('@hpcc-js/wasm-zstd'))
  const zstd = await Zstd.load()
  CompressionCodecs[CompressionTypes.Snappy] = codec(compressSnappy, decompressSnappy)
  CompressionCodecs[CompressionTypes.LZ4] = codec(
    compressLz4,
    packed => Buffer.from(lz4.decompress(packed)),
  )
  CompressionCodecs[CompressionTypes.ZSTD] = codec(
    plain => Buffer.from(zstd.compress(plain)),
    packed => Buffer.from(zstd.decompress(packed)),
  )
}

const TYPES = {
  none: CompressionTypes.None,
  gzip: CompressionTypes.GZIP,
  snappy: CompressionTypes.Snappy,
  lz4: CompressionTypes.LZ4,
  zstd: CompressionTypes.ZSTD,
}

module.exports = { registerCodecs, TYPES }
