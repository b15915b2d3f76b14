// The charts of pressure: a line where the instruction is, and the other way round.

const pressure = document.querySelector('.pressure');

function instructionUnder(plot, event) {
  const box = plot.getBoundingClientRect();
  const at = Math.floor(((event.clientX - box.left) / box.width) * data.instructions);
  return Math.min(Math.max(at, 0), data.instructions - 1);
}

if (pressure !== null) {
  const cursors = pressure.querySelectorAll('.cursor');
  pressure.addEventListener('pointermove', (event) => {
    const plot = event.target.closest('.plot');
    pointAt(plot === null ? null : instructionUnder(plot, event), pressure);
  });
  pressure.addEventListener('pointerleave', () => pointAt(null, pressure));
  pressure.addEventListener('click', (event) => {
    const plot = event.target.closest('.plot');
    if (plot !== null) keepAt(instructionUnder(plot, event), pressure);
  });
  listeners.at.push((at) => {
    for (const cursor of cursors) {
      cursor.style.display = at === null ? 'none' : 'block';
      cursor.style.left = `${(100 * (at + 0.5)) / data.instructions}%`;
    }
  });
}
