// Bit fields: packed headers, read-modify-write sequences, sign extension and
// conversions between packed pixel formats.

typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long long u64;

typedef struct {
  u32 version : 4, kind : 6, urgent : 1, length : 13, checksum : 8;
} header;

typedef struct {
  signed int dx : 5, dy : 5, dz : 6;
  unsigned int colour : 16;
} move;

typedef struct {
  u64 present : 1, writable : 1, user : 1, reserved : 9, frame : 40, age : 12;
} page_entry;

header make_header(int version, int kind, int length) {
  header h = {(u32)version, (u32)kind, 0, (u32)length, 0};
  h.checksum = (u8)(h.version + h.kind * 3 + h.length);
  return h;
}

int header_is_valid(header h) {
  return h.version == 4 && h.length >= 5 && h.checksum == (u8)(h.version + h.kind * 3 + h.length);
}

void raise_urgency(header *headers, int n, u32 kind) {
  for (int i = 0; i < n; i++)
    if (headers[i].kind == kind && !headers[i].urgent) {
      headers[i].urgent = 1;
      headers[i].length ^= 1;
    }
}

int total_length(const header *headers, int n) {
  int total = 0;
  for (int i = 0; i < n; i++)
    total += headers[i].urgent ? headers[i].length * 2 : headers[i].length;
  return total;
}

void apply_moves(const move *moves, int n, int *x, int *y, int *z) {
  int px = *x, py = *y, pz = *z;
  for (int i = 0; i < n; i++) {
    px += moves[i].dx;
    py += moves[i].dy;
    pz += moves[i].dz;
  }
  *x = px, *y = py, *z = pz;
}

move mirror_move(move m) {
  m.dx = m.dx == -16 ? 15 : -m.dx;
  m.colour = (m.colour << 8 | m.colour >> 8) & 0xffff;
  return m;
}

int age_pages(page_entry *pages, int n) {
  int evicted = 0;
  for (int i = 0; i < n; i++) {
    if (!pages[i].present)
      continue;
    if (pages[i].age == 4095) {
      pages[i].present = 0;
      pages[i].frame = 0;
      evicted++;
    } else {
      pages[i].age++;
    }
  }
  return evicted;
}

u64 translate_address(const page_entry *pages, u64 address) {
  page_entry entry = pages[address >> 12 & 511];
  return entry.present && entry.user ? (u64)entry.frame << 12 | (address & 4095) : ~0ull;
}

u16 pack_565(u8 r, u8 g, u8 b) { return (u16)((r >> 3) << 11 | (g >> 2) << 5 | b >> 3); }

void unpack_565(const u16 *restrict in, u32 *restrict out, int n) {
  for (int i = 0; i < n; i++) {
    u32 r = in[i] >> 11 & 31, g = in[i] >> 5 & 63, b = in[i] & 31;
    out[i] = 0xff000000u | (r << 3 | r >> 2) << 16 | (g << 2 | g >> 4) << 8 | (b << 3 | b >> 2);
  }
}

u32 average_pixels(u32 a, u32 b) { return (a & b) + ((a ^ b) >> 1 & 0x7f7f7f7fu); }

u32 convert_date(u32 packed) {
  struct { u32 year : 12, month : 4, day : 5; } date;
  date.year = 1980 + (packed >> 9 & 127);
  date.month = packed >> 5 & 15;
  date.day = packed & 31;
  return date.year * 10000 + date.month * 100 + date.day;
}
