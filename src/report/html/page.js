'use strict';
(() => {
  // Sorting: a click on a heading sorts the body of its table, another turns it round.
  const NUMBER = /^[≈+−-]?\d[\d.]*(e[+−-]?\d+)?(?=$|[ (])/;
  const numberOf = text => parseFloat((text.match(NUMBER) ?? [''])[0].replace(/−/g, '-').replace(/^[≈+]/, ''));
  const collator = new Intl.Collator('en', {numeric: true});
  const order = (a, b) => {
    const [x, y] = [numberOf(a), numberOf(b)];
    if (Number.isNaN(x) !== Number.isNaN(y)) return Number.isNaN(x) ? 1 : -1;
    return Number.isNaN(x) ? collator.compare(a, b) : x - y;
  };
  for (const heading of document.querySelectorAll('thead th:has(button)')) {
    heading.querySelector('button').addEventListener('click', () => {
      const table = heading.closest('table');
      const isDescending = heading.getAttribute('aria-sort') === 'ascending';
      const rows = [...table.tBodies[0].rows];
      const text = row => row.cells[heading.cellIndex].textContent;
      rows.sort((a, b) => order(text(a), text(b)));
      if (isDescending) rows.reverse();
      table.tBodies[0].append(...rows);
      table.querySelectorAll('thead th').forEach(other => other.removeAttribute('aria-sort'));
      heading.setAttribute('aria-sort', isDescending ? 'descending' : 'ascending');
    });
  }

  const bytes = text => Uint8Array.from(atob(text), letter => letter.charCodeAt(0));
  const dataOf = box => JSON.parse(box.querySelector('script').textContent);

  // Thumbnails: pieces of one sheet.
  const SHOWN = 56;
  const sheet = JSON.parse(document.querySelector('#thumbnails')?.textContent ?? 'null');
  const placeOf = new Map();
  if (sheet) {
    new Uint32Array(bytes(sheet.rows).buffer).forEach((row, at) => placeOf.set(row, at));
    document.documentElement.style.setProperty('--sheet', `url(${sheet.png})`);
  }
  const picture = (row, box = document.createElement('i')) => {
    const at = placeOf.get(row);
    if (at === undefined) return null;
    const times = Math.max(1, Math.floor(SHOWN / Math.max(sheet.width, sheet.height)));
    const [width, height] = [sheet.width * times, sheet.height * times];
    box.className = 'thumb';
    Object.assign(box.style, {
      width: `${width}px`, height: `${height}px`, boxSizing: 'content-box', backgroundSize: `${sheet.columns * width}px auto`,
      backgroundPosition: `${-(at % sheet.columns) * width}px ${-Math.floor(at / sheet.columns) * height}px`,
    });
    return box;
  };
  for (const box of document.querySelectorAll('.thumb')) picture(Number(box.dataset.row), box);

  // What lies under the pointer.
  const tip = document.createElement('div');
  tip.id = 'tip';
  tip.setAttribute('role', 'status');
  document.body.append(tip);
  const show = (event, text, above = null) => {
    tip.textContent = text;
    if (above) tip.prepend(above);
    tip.style.display = text ? 'block' : 'none';
    tip.style.left = `${Math.min(event.clientX + 14, innerWidth - tip.offsetWidth - 8)}px`;
    tip.style.top = `${Math.min(event.clientY + 14, innerHeight - tip.offsetHeight - 8)}px`;
  };
  const hide = () => { tip.style.display = 'none'; };

  // Matrices: a shade for every two names.
  const RAMP = ['#ffffff', '#d0e4f6', '#82b4e2', '#2f6fb0', '#08306b'].map(color => [1, 3, 5].map(at => parseInt(color.slice(at, at + 2), 16)));
  const shade = share => {
    const place = share * (RAMP.length - 1), below = Math.min(Math.floor(place), RAMP.length - 2);
    return RAMP[below].map((low, at) => low + (RAMP[below + 1][at] - low) * (place - below));
  };
  for (const box of document.querySelectorAll('.matrix')) {
    const {down, across, shades} = dataOf(box), values = bytes(shades), canvas = box.querySelector('canvas');
    [canvas.width, canvas.height] = [across.length, down.length];
    canvas.style.imageRendering = 'pixelated';
    const context = canvas.getContext('2d'), image = context.createImageData(across.length, down.length);
    values.forEach((value, at) => image.data.set([...shade(value / 255), 255], 4 * at));
    context.putImageData(image, 0, 0);
    canvas.addEventListener('pointermove', event => {
      const area = canvas.getBoundingClientRect();
      const column = Math.floor((event.clientX - area.left) / area.width * across.length);
      const row = Math.floor((event.clientY - area.top) / area.height * down.length);
      const value = values[row * across.length + column];
      show(event, value === undefined ? '' : `${down[row]} picks ${across[column]}: ${((value / 255) ** 2).toFixed(3)}`);
    });
    canvas.addEventListener('pointerleave', hide);
  }

  // Maps: rows in two dimensions, coloured by class; a click on a class shows it alone.
  const FEW = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#b58900', '#56b4e9', '#7a5195', '#8c564b', '#7f7f7f', '#17becf'];
  const color = at => FEW[at] ?? `hsl(${(at * 137.508) % 360} ${at % 2 ? 60 : 75}% ${[45, 58, 36][at % 3]}%)`;
  for (const box of document.querySelectorAll('.map')) {
    const data = dataOf(box), canvas = box.querySelector('canvas'), context = canvas.getContext('2d');
    const numbers = new Uint16Array(bytes(data.points).buffer), rows = new Uint32Array(bytes(data.rows).buffer);
    const count = rows.length, PADDING = 8;
    let alone = null, scale = [1, 1], places = [];
    const paint = () => {
      const width = canvas.clientWidth, height = width * data.ratio, ratio = devicePixelRatio || 1;
      canvas.style.height = `${height}px`;
      [canvas.width, canvas.height] = [width * ratio, height * ratio];
      context.setTransform(ratio, 0, 0, ratio, 0, 0);
      scale = [(width - 2 * PADDING) / 65535, (height - 2 * PADDING) / 65535];
      places = Array.from({length: count}, (_, at) => [PADDING + numbers[4 * at] * scale[0], height - PADDING - numbers[4 * at + 1] * scale[1]]);
      const radius = count > 2000 ? 2 : 3;
      const dots = isShown => {
        for (let at = 0; at < count; at++) {
          const own = numbers[4 * at + 3];
          if (!isShown(own)) continue;
          context.fillStyle = alone === null || own === alone ? color(own) : 'rgb(128 128 128 / .15)';
          context.beginPath();
          context.arc(places[at][0], places[at][1], radius, 0, 7);
          context.fill();
        }
      };
      if (alone !== null) dots(own => own !== alone);
      dots(own => alone === null || own === alone);
      context.strokeStyle = getComputedStyle(document.body).color;
      for (const at of data.ringed) {
        if (alone !== null && numbers[4 * at + 3] !== alone) continue;
        context.beginPath();
        context.arc(places[at][0], places[at][1], radius + 3, 0, 7);
        context.stroke();
      }
    };
    const buttons = data.classes.map((name, at) => {
      const button = document.createElement('button');
      button.type = 'button';
      button.textContent = name;
      button.style.setProperty('--c', color(at));
      button.setAttribute('aria-pressed', 'false');
      button.addEventListener('click', () => {
        alone = alone === at ? null : at;
        buttons.forEach((other, place) => other.setAttribute('aria-pressed', String(place === alone)));
        paint();
      });
      return button;
    });
    box.querySelector('.classes').append(...buttons);
    canvas.addEventListener('pointermove', event => {
      const area = canvas.getBoundingClientRect(), x = event.clientX - area.left, y = event.clientY - area.top;
      let nearest = -1, least = 100;
      for (let at = 0; at < count; at++) {
        if (alone !== null && numbers[4 * at + 3] !== alone) continue;
        const distance = (places[at][0] - x) ** 2 + (places[at][1] - y) ** 2;
        if (distance < least) [nearest, least] = [at, distance];
      }
      if (nearest < 0) return hide();
      const loss = numbers[4 * nearest + 2];
      const said = loss === 65535 ? 'no loss' : `loss ${(loss / 65534 * data.highest).toPrecision(4)}`;
      const name = data.ids ? `${data.ids[nearest]} (row ${rows[nearest]})` : `row ${rows[nearest]}`;
      show(event, `${name}\nclass ${data.classes[numbers[4 * nearest + 3]]}\n${said}`, picture(rows[nearest]));
    });
    canvas.addEventListener('pointerleave', hide);
    new ResizeObserver(paint).observe(box);
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', paint);
  }
})();
