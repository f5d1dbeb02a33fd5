// Passkeys: register, sign in, and the touch that a decision of a high tier asks for. Without this
// file, or where it fails, the password does all of it.

const PASSKEYS = "/passkeys";

const bytes = (text) => {
  const padded = text.replaceAll("-", "+").replaceAll("_", "/");
  return Uint8Array.from(atob(padded), (letter) => letter.charCodeAt(0));
};

const text = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer)))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");

async function post(path, csrf, body) {
  const answer = await fetch(PASSKEYS + path, {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-CSRF-Token": csrf ?? "" },
    body: JSON.stringify(body ?? {}),
  });
  if (!answer.ok) {
    const problem = await answer.json().catch(() => ({}));
    throw new Error(problem.code ?? "passkey_refused");
  }
  return answer.status === 204 ? {} : answer.json();
}

const described = (known) => (known ?? []).map((each) => ({ ...each, id: bytes(each.id) }));

async function asserted(purpose, csrf) {
  const options = await post(`/options/${purpose}`, csrf);
  const publicKey = {
    ...options,
    challenge: bytes(options.challenge),
    allowCredentials: described(options.allowCredentials),
  };
  const made = await navigator.credentials.get({ publicKey });
  const response = {
    clientDataJSON: text(made.response.clientDataJSON),
    authenticatorData: text(made.response.authenticatorData),
    signature: text(made.response.signature),
    userHandle: made.response.userHandle ? text(made.response.userHandle) : null,
  };
  return { id: made.id, rawId: text(made.rawId), type: made.type, response };
}

async function registered(csrf) {
  const options = await post("/options/register", csrf);
  const publicKey = {
    ...options,
    challenge: bytes(options.challenge),
    user: { ...options.user, id: bytes(options.user.id) },
    excludeCredentials: described(options.excludeCredentials),
  };
  const made = await navigator.credentials.create({ publicKey });
  const response = {
    clientDataJSON: text(made.response.clientDataJSON),
    attestationObject: text(made.response.attestationObject),
  };
  return { id: made.id, rawId: text(made.rawId), type: made.type, response };
}

const acts = {
  async register(form) {
    const credential = await registered(form.dataset.csrf);
    await post("/register", form.dataset.csrf, { credential, label: form.elements.label.value });
    location.reload();
  },
  async sign_in(form) {
    const credential = await asserted("sign_in", "");
    const remember = document.querySelector("#remember")?.checked ?? false;
    const answer = await post("/sign-in", "", { credential, remember, next: form.dataset.next });
    location.assign(answer.next);
  },
};

// Before other listeners: a form that still waits for a passkey is not yet sent.
document.addEventListener(
  "submit",
  async (event) => {
    const form = event.target;
    const act = acts[form.dataset.passkey];
    const password = document.querySelector("#prove-password");
    const touches = form.dataset.touch && !form.dataset.touched && !password?.value;
    if (!act && !touches) {
      return;
    }
    event.preventDefault();
    event.stopImmediatePropagation();
    try {
      if (act) {
        await act(form);
        return;
      }
      const credential = await asserted("touch", form.dataset.touch);
      await post("/touch", form.dataset.touch, { credential });
      form.dataset.touched = "yes";
      form.requestSubmit(event.submitter);
    } catch (failure) {
      refused(form, failure);
    }
  },
  { capture: true },
);

function refused(form, failure) {
  const said = form.querySelector("[role=alert]");
  if (said) {
    said.textContent =
      failure.message === "touch_needed" ? form.dataset.stale : form.dataset.refused;
    said.hidden = false;
    return;
  }
  const prove = document.querySelector("#prove");
  if (prove) {
    prove.open = true;
    document.querySelector("#prove-password").focus();
  }
}

if (window.PublicKeyCredential) {
  for (const form of document.querySelectorAll("form[data-passkey][hidden]")) {
    form.hidden = false;
  }
}
