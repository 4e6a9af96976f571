/* The compact vocabularies, as bytes in the library; make_vocabularies.py says how they are laid out. An assembler macro, as what parts
   statements on a line begins a comment on another system. */

#if defined(__APPLE__)
#define SYMBOL(name) _##name
        .section __TEXT,__const
#elif defined(_WIN32)
#define SYMBOL(name) name
        .section .rdata, "dr"
#else
#define SYMBOL(name) name
        .section .rodata
#endif

.macro embed begin, end, file
#if defined(__ELF__)
        .hidden \begin
        .hidden \end
#elif defined(__APPLE__)
        .private_extern \begin
        .private_extern \end
#endif
        .globl \begin
        .globl \end
        .balign 64
\begin:
        .incbin "\file"
\end:
        .byte 0
.endm

        embed SYMBOL(bpe_p50k_vocabulary), SYMBOL(bpe_p50k_vocabulary_end), "p50k.vocabulary"
        embed SYMBOL(bpe_cl100k_vocabulary), SYMBOL(bpe_cl100k_vocabulary_end), "cl100k.vocabulary"
        embed SYMBOL(bpe_o200k_vocabulary), SYMBOL(bpe_o200k_vocabulary_end), "o200k.vocabulary"

#if defined(__ELF__)
        .section .note.GNU-stack, "", %progbits
#endif
