// Offers the device's own time zone in a list where nobody has chosen yet.
export default function timeZone(select) {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const untouched = select.value === "" || select.value === "UTC";
  if (untouched && [...select.options].some((option) => option.value === zone)) select.value = zone;
}
