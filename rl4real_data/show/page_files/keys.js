// The keyboard: arrows in a chart move the instruction and the node, Escape lets go of both.

function step(value, by, end) {
  if (value === null) return by > 0 ? 0 : end - 1;
  return Math.min(Math.max(value + by, 0), end - 1);
}

document.addEventListener('keydown', (event) => {
  if (event.key === 'Escape') {
    find.value = '';
    find.classList.remove('none');
    keepAt(null, null);
    keepNode(null, null);
    return;
  }
  const part = event.target.closest?.('.pressure, #ranges, #code, .picture');
  if (!part || event.ctrlKey || event.metaKey || event.altKey) return;
  const far = event.shiftKey ? 10 : 1;
  const across = { ArrowLeft: -far, ArrowRight: far }[event.key];
  const down = { ArrowUp: -far, ArrowDown: far }[event.key];
  if (across !== undefined && !part.matches('.picture') && data.instructions > 0) {
    event.preventDefault();
    keepAt(step(shownAt(), across, data.instructions), null);
  } else if (down !== undefined && part.matches('#ranges, .picture') && data.nodes.length > 0) {
    event.preventDefault();
    keepNode(step(shownNode(), down, data.nodes.length), null);
  } else if (down !== undefined && part.matches('#code') && data.instructions > 0) {
    event.preventDefault();
    keepAt(step(shownAt(), down, data.instructions), null);
  }
});
