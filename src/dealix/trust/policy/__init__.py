"""Whether we may: classes of actions judged by Rego, tokens for effects, and who approves what."""
