// The choice of light or dark, kept on this device; theme-now.js applies it before the first paint.
export default function theme(select) {
  try {
    select.value = localStorage.getItem("theme") ?? "";
  } catch { /* storage may be forbidden: the choice then lasts for this page */ }
  select.addEventListener("change", () => {
    if (select.value) document.documentElement.dataset.theme = select.value;
    else delete document.documentElement.dataset.theme;
    try {
      localStorage.setItem("theme", select.value);
    } catch { /* as above */ }
  });
}
