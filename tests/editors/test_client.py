"""promo-lsp with a client that checks every message against the protocol.

    PROMO_LSP=target/debug/promo-lsp pytest tests/editors/test_client.py
"""

import os
import pathlib

import pytest
import pytest_lsp
from lsprotocol import types
from pytest_lsp import ClientServerConfig, LanguageClient, client_capabilities

SERVER = str(pathlib.Path(os.environ["PROMO_LSP"]).resolve())
PROGRAM = """environment dev, qa # 𝕏
flow main {
  trigger dev
  promote %s # 𝕏
}
"""


@pytest_lsp.fixture(
    params=["visual-studio-code", "neovim", "emacs"],
    config=ClientServerConfig(server_command=[SERVER]),
)
async def client(request, lsp_client: LanguageClient, tmp_path):
    for asked in ["client/registerCapability", "workspace/diagnostic/refresh", "workspace/codeLens/refresh"]:
        lsp_client.feature(asked)(lambda *_: None)
    await lsp_client.initialize_session(
        types.InitializeParams(capabilities=client_capabilities(request.param), root_uri=tmp_path.as_uri())
    )
    lsp_client.folder = tmp_path
    yield
    await lsp_client.shutdown_session()


def open_document(client: LanguageClient, text: str) -> str:
    uri = (client.folder / "main.promo").as_uri()
    document = types.TextDocumentItem(uri=uri, language_id="promo", version=1, text=text)
    client.text_document_did_open(types.DidOpenTextDocumentParams(text_document=document))
    return uri


def identifier(uri: str) -> types.TextDocumentIdentifier:
    return types.TextDocumentIdentifier(uri=uri)


async def diagnostics(client: LanguageClient, uri: str) -> list:
    """Those that the client asks for, or else those that are pushed."""
    text_document = client.capabilities.text_document
    if text_document is not None and text_document.diagnostic is not None:
        report = await client.text_document_diagnostic_async(types.DocumentDiagnosticParams(identifier(uri)))
        return report.items
    await client.wait_for_notification("textDocument/publishDiagnostics")
    return client.diagnostics[uri]


@pytest.mark.asyncio
async def test_a_mistake_is_reported_and_fixed(client: LanguageClient):
    uri = open_document(client, PROGRAM % "qaa")
    found = await diagnostics(client, uri)
    assert [one.code for one in found] == ["E0201"]
    assert found[0].range.start == types.Position(line=3, character=10)
    params = types.CodeActionParams(
        text_document=identifier(uri), range=found[0].range, context=types.CodeActionContext(diagnostics=found)
    )
    actions = await client.text_document_code_action_async(params)
    edits = actions[0].edit.document_changes[0].edits if actions[0].edit.document_changes else actions[0].edit.changes[uri]
    assert edits[0].new_text == "qa"


@pytest.mark.asyncio
async def test_completion_hover_and_rename(client: LanguageClient):
    uri = open_document(client, PROGRAM % "qa")
    at = types.Position(line=3, character=11)
    offered = await client.text_document_completion_async(types.CompletionParams(identifier(uri), at))
    assert [item.label for item in offered.items] == ["dev", "qa"]
    hover = await client.text_document_hover_async(types.HoverParams(identifier(uri), at))
    assert "qa" in hover.contents.value
    edit = await client.text_document_rename_async(types.RenameParams(identifier(uri), at, "staging"))
    changes = edit.document_changes[0].edits if edit.document_changes else edit.changes[uri]
    assert [one.range.start.line for one in changes] == [0, 3]


@pytest.mark.asyncio
async def test_every_other_feature_answers_in_the_form_of_the_protocol(client: LanguageClient):
    uri = open_document(client, PROGRAM % "qa")
    document, at = identifier(uri), types.Position(line=3, character=11)
    whole = types.Range(types.Position(0, 0), types.Position(9, 0))
    options = types.FormattingOptions(tab_size=2, insert_spaces=True)
    assert await client.text_document_definition_async(types.DefinitionParams(document, at))
    assert await client.text_document_document_symbol_async(types.DocumentSymbolParams(document))
    assert await client.workspace_symbol_async(types.WorkspaceSymbolParams(query="main"))
    assert await client.text_document_folding_range_async(types.FoldingRangeParams(document))
    assert await client.text_document_selection_range_async(types.SelectionRangeParams(document, [at]))
    assert await client.text_document_semantic_tokens_full_async(types.SemanticTokensParams(document))
    assert await client.text_document_code_lens_async(types.CodeLensParams(document))
    assert await client.text_document_prepare_call_hierarchy_async(types.CallHierarchyPrepareParams(document, at))
    await client.text_document_inlay_hint_async(types.InlayHintParams(document, whole))
    await client.text_document_signature_help_async(types.SignatureHelpParams(document, at))
    await client.text_document_formatting_async(types.DocumentFormattingParams(document, options))
    params = types.ExecuteCommandParams(command="promo.preview", arguments=[uri, "main"])
    assert (await client.workspace_execute_command_async(params)).startswith("<svg")
