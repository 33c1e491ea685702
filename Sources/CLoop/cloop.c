int cloop_placeholder;
