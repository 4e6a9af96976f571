/* The compact vocabularies, as bytes in the library; make_vocabularies.py says how they are laid out. */

#if defined(__APPLE__)
#define SYMBOL(name) _##name
        .const_data
#elif defined(_WIN32)
#define SYMBOL(name) name
        .section .rdata, "dr"
#else
#define SYMBOL(name) name
        .section .rodata
#endif

#define EMBED(name, file)               \
        .globl SYMBOL(name)           ; \
        .globl SYMBOL(name##_end)     ; \
        .balign 64                    ; \
SYMBOL(name):                         ; \
        .incbin file                  ; \
SYMBOL(name##_end):                   ; \
        .byte 0

#if defined(__ELF__)
        .hidden bpe_p50k_vocabulary
        .hidden bpe_p50k_vocabulary_end
        .hidden bpe_cl100k_vocabulary
        .hidden bpe_cl100k_vocabulary_end
        .hidden bpe_o200k_vocabulary
        .hidden bpe_o200k_vocabulary_end
#endif

EMBED(bpe_p50k_vocabulary, "p50k.vocabulary")
EMBED(bpe_cl100k_vocabulary, "cl100k.vocabulary")
EMBED(bpe_o200k_vocabulary, "o200k.vocabulary")

#if defined(__ELF__)
        .section .note.GNU-stack, "", %progbits
#endif
