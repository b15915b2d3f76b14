// Ordered maps: a treap with rotations for two key types, and a trie. Recursion
// and pointer-heavy code with short live ranges.

typedef unsigned int u32;

template <typename K, typename V> struct TreapNode {
  K key;
  V value;
  u32 priority;
  TreapNode *left, *right;
};

template <typename K, typename V> class Treap {
  using Node = TreapNode<K, V>;
  Node *root_ = nullptr;
  u32 random_ = 2463534242u;
  int size_ = 0;

  u32 next_random() {
    random_ ^= random_ << 13;
    random_ ^= random_ >> 17;
    return random_ ^= random_ << 5;
  }

  static void rotate_right(Node *&t) {
    Node *l = t->left;
    t->left = l->right;
    l->right = t;
    t = l;
  }
  static void rotate_left(Node *&t) {
    Node *r = t->right;
    t->right = r->left;
    r->left = t;
    t = r;
  }
  void insert(Node *&t, const K &key, const V &value) {
    if (!t) {
      t = new Node{key, value, next_random(), nullptr, nullptr};
      size_++;
    } else if (key < t->key) {
      insert(t->left, key, value);
      if (t->left->priority > t->priority)
        rotate_right(t);
    } else if (t->key < key) {
      insert(t->right, key, value);
      if (t->right->priority > t->priority)
        rotate_left(t);
    } else {
      t->value = value;
    }
  }
  bool erase(Node *&t, const K &key) {
    if (!t)
      return false;
    if (key < t->key)
      return erase(t->left, key);
    if (t->key < key)
      return erase(t->right, key);
    while (t->left && t->right) {
      if (t->left->priority > t->right->priority) {
        rotate_right(t);
        return erase(t->right, key);
      }
      rotate_left(t);
      return erase(t->left, key);
    }
    Node *gone = t;
    t = t->left ? t->left : t->right;
    delete gone;
    size_--;
    return true;
  }
  static void destroy(Node *t) {
    if (t) {
      destroy(t->left);
      destroy(t->right);
      delete t;
    }
  }

public:
  Treap() = default;
  Treap(const Treap &) = delete;
  Treap &operator=(const Treap &) = delete;
  ~Treap() { destroy(root_); }
  void put(const K &key, const V &value) { insert(root_, key, value); }
  bool remove(const K &key) { return erase(root_, key); }
  int size() const { return size_; }
  const V *find(const K &key) const {
    for (const Node *n = root_; n; n = key < n->key ? n->left : n->right)
      if (!(key < n->key) && !(n->key < key))
        return &n->value;
    return nullptr;
  }
};

template class Treap<int, int>;
template class Treap<double, long>;

int count_distinct(const int *v, int n) {
  Treap<int, int> seen;
  for (int i = 0; i < n; i++)
    seen.put(v[i], i);
  return seen.size();
}

int toggle_keys(const int *v, int n) {
  Treap<int, int> map;
  for (int i = 0; i < n; i++)
    if (!map.remove(v[i]))
      map.put(v[i], i);
  return map.size();
}

struct TrieNode {
  TrieNode *children[26];
  int words;
};

bool trie_insert(TrieNode *root, const char *word) {
  for (; *word; word++) {
    if (*word < 'a' || *word > 'z')
      return false;
    TrieNode *&child = root->children[*word - 'a'];
    if (!child)
      child = new TrieNode();
    root = child;
  }
  return ++root->words == 1;
}

int trie_longest_prefix(const TrieNode *root, const char *text) {
  int best = 0;
  for (int i = 0; text[i] >= 'a' && text[i] <= 'z'; i++) {
    root = root->children[text[i] - 'a'];
    if (!root)
      break;
    if (root->words)
      best = i + 1;
  }
  return best;
}

int trie_count(const TrieNode *root) {
  int total = root->words > 0;
  for (const TrieNode *child : root->children)
    if (child)
      total += trie_count(child);
  return total;
}
