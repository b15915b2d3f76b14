// Big integers in a fixed array of limbs: operators, carries, long division,
// factorials and conversions, all through a class.

typedef unsigned int u32;
typedef unsigned long long u64;

class Big {
  enum { ROOM = 32 };
  u32 limbs_[ROOM];
  int count_;

  void trim() {
    while (count_ > 0 && limbs_[count_ - 1] == 0)
      count_--;
  }

public:
  Big(u64 value = 0);
  Big operator+(const Big &o) const;
  Big operator-(const Big &o) const;
  Big operator*(const Big &o) const;
  Big &shift_left_one();
  u32 divide_small(u32 divisor);
  bool operator<(const Big &o) const;
  bool is_zero() const { return count_ == 0; }
  bool bit(int i) const { return i / 32 < count_ && (limbs_[i / 32] >> (i % 32) & 1); }
  int bits() const { return count_ ? count_ * 32 - __builtin_clz(limbs_[count_ - 1]) : 0; }
  int to_decimal(char *out) const;
  void set_low_bit() {
    limbs_[0] |= 1;
    count_ = count_ ? count_ : 1;
  }
};

Big::Big(u64 value) : limbs_{static_cast<u32>(value), static_cast<u32>(value >> 32)}, count_(2) {
  trim();
}

// Results that need more than 32 limbs lose their upper part.
Big Big::operator+(const Big &o) const {
  Big sum;
  u64 carry = 0;
  int n = count_ > o.count_ ? count_ : o.count_;
  for (int i = 0; i < ROOM && (i < n || carry); i++) {
    carry += static_cast<u64>(limbs_[i]) + o.limbs_[i];
    sum.limbs_[i] = static_cast<u32>(carry);
    sum.count_ = i + 1;
    carry >>= 32;
  }
  sum.trim();
  return sum;
}

Big Big::operator-(const Big &o) const {
  Big difference;
  u32 borrow = 0;
  for (int i = 0; i < count_; i++) {
    u64 wide = static_cast<u64>(limbs_[i]) - o.limbs_[i] - borrow;
    difference.limbs_[i] = static_cast<u32>(wide);
    borrow = wide >> 63;
  }
  difference.count_ = count_;
  difference.trim();
  return difference;
}

Big Big::operator*(const Big &o) const {
  Big product;
  for (int i = 0; i < count_; i++) {
    u64 carry = 0;
    for (int j = 0; i + j < ROOM && (j < o.count_ || carry); j++) {
      carry += product.limbs_[i + j] + static_cast<u64>(limbs_[i]) * o.limbs_[j];
      product.limbs_[i + j] = static_cast<u32>(carry);
      carry >>= 32;
    }
  }
  product.count_ = ROOM;
  product.trim();
  return product;
}

Big &Big::shift_left_one() {
  u32 carry = 0;
  for (u32 &limb : limbs_) {
    u32 next = limb >> 31;
    limb = limb << 1 | carry;
    carry = next;
  }
  count_ = count_ < ROOM ? count_ + 1 : ROOM;
  trim();
  return *this;
}

u32 Big::divide_small(u32 divisor) {
  u64 rest = 0;
  for (int i = count_; i-- > 0;) {
    rest = rest << 32 | limbs_[i];
    limbs_[i] = static_cast<u32>(rest / divisor);
    rest %= divisor;
  }
  trim();
  return static_cast<u32>(rest);
}

bool Big::operator<(const Big &o) const {
  if (count_ != o.count_)
    return count_ < o.count_;
  for (int i = count_; i-- > 0;)
    if (limbs_[i] != o.limbs_[i])
      return limbs_[i] < o.limbs_[i];
  return false;
}

int Big::to_decimal(char *out) const {
  Big rest = *this;
  int n = 0;
  do
    out[n++] = static_cast<char>('0' + rest.divide_small(10));
  while (!rest.is_zero());
  for (int i = 0; i < n / 2; i++) {
    char kept = out[i];
    out[i] = out[n - 1 - i];
    out[n - 1 - i] = kept;
  }
  return n;
}

int factorial_digits(u32 n, char *out) {
  Big product(1);
  for (u32 i = 2; i <= n; i++)
    product = product * Big(i);
  return product.to_decimal(out);
}

Big remainder_of(const Big &value, const Big &modulus) {
  Big rest;
  if (modulus.is_zero())
    return rest;
  for (int i = value.bits(); i-- > 0;) {
    rest.shift_left_one();
    if (value.bit(i))
      rest.set_low_bit();
    if (!(rest < modulus))
      rest = rest - modulus;
  }
  return rest;
}

int fibonacci_digits(int n, char *out) {
  Big a(0), b(1);
  while (n-- > 0) {
    Big next = a + b;
    a = b;
    b = next;
  }
  return a.to_decimal(out);
}
