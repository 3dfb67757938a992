// What goes to the box with a question: which conversation it belongs to, and an id that a repeat of it keeps.
export function attachQuestions(form) {
  // A tab keeps its conversation when the page is loaded again.
  const key = `helper:${location.pathname}`;
  let isNew = false, unanswered = null;

  function of(message, more) {
    // The same question sent once more after a failure keeps its id: whoever stores it stores it once.
    if (unanswered?.message !== message) unanswered = { message, id: newId() };
    const question = { message, client_id: unanswered.id, scope_token: form.scope_token.value,
                       conversation_id: sessionStorage.getItem(key) ?? undefined, ...more };
    if (isNew) question.reset_conversation = true;
    return question;
  }

  function heard(name, data) {
    isNew = false;
    if (data.conversation_id) sessionStorage.setItem(key, data.conversation_id);
    if (name === "done") unanswered = null;
  }
  return { of, heard, restart: () => { isNew = true; } };
}

// randomUUID is only there over https.
function newId() {
  return Array.from(crypto.getRandomValues(new Uint32Array(4)), (number) => number.toString(16).padStart(8, "0")).join("");
}
